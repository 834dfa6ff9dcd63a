import Capture
import Foundation
import Settings
import Vocabulary

/// What the checks look at: gathered once, as several of them ask for the same.
struct Examination: Sendable {
    let installation: Installation
    /// Whether the servers of channels may be asked.
    let network: Bool
    /// The user Rooster runs as, as far as is known.
    let user: ServiceUser
    /// What the running daemon says.
    let daemon: DaemonView
    /// What lies in each capture directory, by source; a directory that did not answer has none.
    let surveys: [String: Survey]
    /// Where `/proc`, `/sys` and `/run` are: tests have their own.
    let root: String
    let now: Instant

    var configuration: Configuration { installation.configuration }

    init(_ installation: Installation, network: Bool, root: String = "") async {
        self.installation = installation
        self.network = network
        self.root = root
        now = Clock.now().wall
        let user = ServiceUser.find(stateDirectory: installation.configuration.storage.directory)
        self.user = user
        daemon = await DaemonView(installation)
        let sources = installation.configuration.sources
        surveys = Dictionary(
            sources.compactMap { source in
                let watched = WatchedSource(source)
                return user.attempt { Survey(of: watched) }.map { (source.name, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Sources whose directory can be looked into, with what lies there.
    var open: [(source: SourceSettings, survey: Survey)] {
        configuration.sources.compactMap { source in
            surveys[source.name].flatMap { $0.access == .open ? (source, $0) : nil }
        }
    }

    /// The text of a small file of the system, without the line's end; nil where it is not there.
    func text(_ path: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: root + path) else { return nil }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: 65_536)).map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// A whole number in such a file.
    func number(_ path: String) -> Int64? { text(path).flatMap { Int64($0) } }
}
