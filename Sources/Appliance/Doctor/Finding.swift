/// What a check found out: one line, and where something is to be mended the sentence that mends it.
public struct Finding: Encodable, Hashable, Sendable, CustomStringConvertible {
    /// How bad it is.
    public enum Mark: String, Encodable, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// Worth knowing; Rooster works.
        case note
        /// A reason why nothing happens.
        case fault
    }

    /// The name of the check: `disk`.
    public var check: String
    /// The source, action or channel it is about; nil: the whole appliance.
    public var subject: String?
    /// How bad it is.
    public var mark: Mark
    /// What was found.
    public var finding: String
    /// What mends it; nil where nothing needs mending.
    public var mend: String?

    private enum Key: String, CodingKey { case check, subject, mark, finding, mend }

    /// All keys, also those without a value: programs rely on them.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(check, forKey: .check)
        try container.encode(subject, forKey: .subject)
        try container.encode(mark, forKey: .mark)
        try container.encode(finding, forKey: .finding)
        try container.encode(mend, forKey: .mend)
    }

    /// One line, and a second one that says what to do.
    public var description: String {
        let about = subject.map { "\($0): " } ?? ""
        let line = "\(mark.rawValue.padding(6))\(check.padding(11))\(about)\(finding)"
        return line + (mend.map { "\n\(String(repeating: " ", count: 17))-> \($0)" } ?? "")
    }
}

extension Finding {
    static func ok(_ finding: String, about subject: String? = nil) -> Finding {
        Finding(check: "", subject: subject, mark: .ok, finding: finding)
    }

    static func note(_ finding: String, about subject: String? = nil, mend: String? = nil) -> Finding {
        Finding(check: "", subject: subject, mark: .note, finding: finding, mend: mend)
    }

    static func fault(_ finding: String, about subject: String? = nil, mend: String) -> Finding {
        Finding(check: "", subject: subject, mark: .fault, finding: finding, mend: mend)
    }
}
