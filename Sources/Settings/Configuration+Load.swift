import Foundation
import Rules
import Vocabulary
import Yams

extension Configuration {
    /// Larger files are refused: a henhouse has some hundred lines.
    static let mostBytes = 256 * 1_024
    /// Aliases beyond these are refused: nested ones grow without end.
    static let mostAliases = 16

    /// Reads and checks a settings file. Relative paths in it start at its directory.
    /// - Throws: everything that is wrong with it at once.
    public static func load(path: String) throws(SettingsFaults) -> Configuration {
        func refused(_ message: String) -> SettingsFaults {
            SettingsFaults([SettingsFault(file: path, line: nil, key: "", message: message)])
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            let isThere = FileManager.default.fileExists(atPath: path)
            throw refused(isThere ? "cannot be read; may this user read it?" : "is not there")
        }
        defer { try? handle.close() }
        let data: Data
        do {
            data = try handle.read(upToCount: mostBytes + 1) ?? Data()
        } catch {
            throw refused("cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= mostBytes else {
            throw refused("is larger than \(mostBytes / 1_024) KiB: not a settings file")
        }
        guard let text = String(data: data, encoding: .utf8) else { throw refused("is not UTF-8 text") }
        let absolute = resolved(path, from: FileManager.default.currentDirectoryPath)
        let base = absolute.split(separator: "/").dropLast().joined(separator: "/")
        return try read(text, file: path, base: "/" + base)
    }

    /// What holds without any settings: `./capture` is watched, state kept in `./rooster-state`, and any animal noted.
    public static var preset: Configuration {
        let text = """
            storage: {directory: ./rooster-state}
            sources: [{name: capture, directory: ./capture}]
            rules: [{name: animals, labels: ["group:animals"], probability: 0.8}]
            """
        do {
            return try read(text, file: nil, base: FileManager.default.currentDirectoryPath)
        } catch {
            preconditionFailure("the settings that hold without a file are wrong: \(error)")
        }
    }

    /// Reads and checks the text of a settings file.
    /// - Parameters:
    ///   - file: what messages call it.
    ///   - base: the directory relative paths start at.
    static func read(_ text: String, file: String?, base: String) throws(SettingsFaults) -> Configuration {
        var reading = Reading(file: file, base: base)
        guard let root = try compose(text, &reading) else {
            reading.fault(
                nil, "is empty; a source is needed at least: sources: [{name: nest, directory: /var/lib/motion}]")
            throw SettingsFaults(reading.faults)
        }
        let values = Keys.section.read(root, &reading)
        reading.checkMentions()
        guard let values, reading.faults.isEmpty else { throw SettingsFaults(reading.faults.inOrderOfLines()) }
        let configuration = Configuration(values, reading)
        let faults = configuration.faultsBetweenSections()
        guard faults.isEmpty else { throw SettingsFaults(faults.inOrderOfLines()) }
        return configuration
    }

    private init(_ values: Values, _ reading: Reading) {
        file = reading.file
        place = values[Keys.place]
        storage = values[Keys.storage]
        model = values[Keys.model]
        http = values[Keys.http]
        sources = values[Keys.sources]
        actions = values[Keys.actions]
        explanations = reading.explanations
        mentions = reading.mentions
        let groups = values[Keys.groups]
        channels = values[Keys.channels].map { channel in
            var channel = channel
            channel.only.labels = channel.only.labels.flatMap { entry in
                entry.hasPrefix("group:") ? groups[String(entry.dropFirst("group:".count))] ?? [entry] : [entry]
            }
            return channel
        }
        var point: Rules.Place?
        if let latitude = place.latitude, let longitude = place.longitude {
            point = Rules.Place(latitude: latitude, longitude: longitude)
        }
        ruleBook = RuleBook(
            rules: values[Keys.rules], groups: groups,
            visitGaps: Dictionary(sources.map { ($0.name, $0.visitGap) }, uniquingKeysWith: { first, _ in first }),
            place: point, timeZone: place.timeZone)
    }

    private static func compose(_ text: String, _ reading: inout Reading) throws(SettingsFaults) -> Node? {
        if aliases(in: text) > mostAliases {
            reading.fault(nil, "has more than \(mostAliases) aliases (*name); write the values where they belong")
            throw SettingsFaults(reading.faults)
        }
        do {
            return try Yams.compose(yaml: text)
        } catch {
            let (line, message) = words(error)
            throw SettingsFaults([SettingsFault(file: reading.file, line: line, key: "", message: message)])
        }
    }

    /// How many words may be aliases: asterisks where a value may begin. Quoted patterns are none.
    private static func aliases(in text: String) -> Int {
        var count = 0
        var before: UInt8 = UInt8(ascii: "\n")
        for byte in text.utf8 {
            if byte == UInt8(ascii: "*"), "\n-:?[{,".utf8.contains(before) { count += 1 }
            if byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\r") { before = byte }
        }
        return count
    }

    /// A complaint of the YAML reader: where, and what.
    private static func words(_ error: any Error) -> (line: Int?, message: String) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (mark.line, "not YAML: \(problem) (column \(mark.column))")
        case .duplicatedKeysInMapping(let keys, let context):
            (context.mark.line, "the key \(keys.map(quoted).joined(separator: ", ")) stands twice in one place")
        case .reader(let problem, _, _, _):
            (nil, "not YAML: \(problem)")
        default:
            (nil, "not YAML: \(error)")
        }
    }
}

extension [SettingsFault] {
    /// As one reads the file; what concerns all of it last.
    func inOrderOfLines() -> [SettingsFault] {
        enumerated().sorted { left, right in
            (left.element.line ?? .max, left.offset) < (right.element.line ?? .max, right.offset)
        }.map(\.element)
    }
}
