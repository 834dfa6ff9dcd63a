/// One thing that is wrong with the settings: where, what, and what to do.
public struct SettingsFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file; nil where the fault is none of a file.
    public var file: String?
    /// The line, from 1; nil where it concerns the file as a whole.
    public var line: Int?
    /// The key it is about: `rules[jay on the eggs].probability`; empty for the file as a whole.
    public var key: String
    /// What is wrong, and what to do.
    public var message: String

    /// One thing that is wrong.
    public init(file: String?, line: Int?, key: String, message: String) {
        self.file = file
        self.line = line
        self.key = key
        self.message = message
    }

    /// `rooster.yaml:12: rules[jay]: unknown key 'probabilty'; did you mean 'probability'?`
    public var description: String {
        let place = [file, line.map(String.init)].compactMap { $0 }.joined(separator: ":")
        return [place, key, message].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}

/// Everything that is wrong with a settings file, in the order of its lines.
public struct SettingsFaults: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one.
    public var faults: [SettingsFault]

    /// Everything that is wrong.
    public init(_ faults: [SettingsFault]) { self.faults = faults }

    /// One fault a line.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}

/// One key in force and where it comes from: what `rooster check --explain` prints.
public struct Explanation: Hashable, Sendable, Codable, CustomStringConvertible {
    /// `sources[nest].deadline`
    public var key: String
    /// The value in force, as one would write it.
    public var value: String
    /// `preset`, or file and line.
    public var from: String

    /// `sources[nest].deadline: 1s (preset)`
    public var description: String { "\(key): \(value) (\(from))" }
}
