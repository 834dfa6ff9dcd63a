public import Foundation
public import Rules
public import Vocabulary

/// Everything a settings file says, checked, with presets where it says nothing (DESIGN section 4).
public struct Configuration: Sendable {
    /// The file it comes from; nil: there is none.
    public var file: String?
    /// Where the appliance stands.
    public var place: PlaceSettings
    /// What is kept, where and for how long.
    public var storage: StorageSettings
    /// Which model version answers, on how many cores.
    public var model: ModelSettings
    /// Where the page is served.
    public var http: HTTPSettings
    /// The capture directories, at least one.
    public var sources: [SourceSettings]
    /// What deciding needs: rules, groups, visit gaps, place and time zone.
    public var ruleBook: RuleBook
    /// What rules set off.
    public var actions: [ActionSettings]
    /// Where visits are published beside the feed.
    public var channels: [ChannelSettings]

    var explanations: [Explanation]
    var mentions: [Mention]

    /// Each key in force and where it comes from, in the order of the documentation.
    public func explain() -> [Explanation] { explanations }
}

/// Where the appliance stands (`place`).
public struct PlaceSettings: Hashable, Sendable {
    /// What page and feeds are called.
    public var name: String
    /// Degrees, north positive; nil where it was not said.
    public var latitude: Double?
    /// Degrees, east positive; nil where it was not said.
    public var longitude: Double?
    /// The zone in which schedules are read and times are shown.
    public var timeZone: TimeZone
}

/// What is kept, where and for how long (`storage`).
public struct StorageSettings: Hashable, Sendable {
    /// What becomes of pictures of people.
    public enum People: String, Sendable, CaseIterable {
        /// They are kept like all others.
        case keep
        /// None is kept or published.
        case drop
    }

    /// The state directory, absolute.
    public var directory: String
    /// Bytes of pictures, thumbnails and database at most.
    public var budget: Int64
    /// Bytes of the file system that stay free.
    public var keepFree: Int64
    /// How long pictures are kept.
    public var keepFrames: Duration
    /// How long records are kept.
    public var keepRecords: Duration
    /// What becomes of pictures of people.
    public var people: People
}

/// Which model version answers (`model`).
public struct ModelSettings: Hashable, Sendable {
    /// The version; nil: the registry's production.
    public var version: ModelID?
    /// Cores for the network, 1 to 4.
    public var threads: Int
}

/// Where the page is served (`http`).
public struct HTTPSettings: Hashable, Sendable {
    /// Address and port.
    public var listen: ListenAddress
    /// The file with the token; nil: none, and then only this machine is served.
    public var tokenFile: String?
    /// Feeds and their pictures need no token.
    public var publicFeeds: Bool

    /// The address.
    public var host: String { listen.host }
    /// The port; 0: any free one.
    public var port: Int { listen.port }
    /// True for `0.0.0.0` and `::`.
    public var isEveryAddress: Bool { listen.isEveryAddress }
}

/// A capture directory and what belongs to it (an entry of `sources`).
public struct SourceSettings: Hashable, Sendable {
    /// How new files are noticed.
    public enum Watch: String, Sendable, CaseIterable {
        /// By inotify where it works, else by polling.
        case auto
        /// By inotify.
        case inotify
        /// By looking.
        case poll
    }

    /// What becomes of a file that was answered.
    public enum After: String, Sendable, CaseIterable {
        /// It stays.
        case leave
        /// It is removed once its record is durable, its picture kept and its action ended.
        case delete
    }

    /// The name: unique.
    public var name: String
    /// The directory, absolute.
    public var directory: String
    /// What files are called: globs, in any case.
    public var patterns: [String]
    /// Whether directories below are watched too.
    public var recursive: Bool
    /// How new files are noticed.
    public var watch: Watch
    /// From file complete to action started.
    public var deadline: Duration
    /// From which age on nothing fires.
    public var staleAfter: Duration
    /// After how long without a picture the camera is silent; nil: never.
    public var silentAfter: Duration?
    /// For how long a visit outlives its last detection.
    public var visitGap: Duration
    /// What becomes of a file that was answered.
    public var after: After
    /// The rectangles that are classified by themselves; never empty: the whole frame where none is named.
    public var regions: [Region]
}

/// An address and a port.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address or name, without brackets.
    public var host: String
    /// The port; 0: any free one.
    public var port: Int

    /// Reads `127.0.0.1:8463`, `[::1]:8463`, `localhost:8463`.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = wholeNumber(text[text.index(after: colon)...]),
            port <= 65_535
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "[" }) else { return nil }
        self.host = host
        self.port = port
    }

    /// True where only this machine can reach it.
    public var isLoopback: Bool {
        if host == "::1" || host.lowercased() == "localhost" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { wholeNumber($0) }
        return parts.count == 4 && parts[0] == 127 && parts.allSatisfy { ($0 ?? 256) < 256 }
    }

    /// True for `0.0.0.0` and `::`.
    public var isEveryAddress: Bool { host == "0.0.0.0" || host == "::" }

    /// As it stands in the settings.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
