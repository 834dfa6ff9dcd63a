/// Name and version of an immutable model version, written `name/version`.
public struct ModelID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The name of the model: `efficientnet-lite0`.
    public var name: String
    /// The version, a counter or any other file-name-safe word.
    public var version: String

    /// A name and a version.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// Reads `name/version`.
    /// - Returns: nil unless both parts are non-empty file names without `/` and not starting with a dot.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") && !$0.contains("\0") }) else {
            return nil
        }
        self.init(name: String(parts[0]), version: String(parts[1]))
    }

    /// `name/version`.
    public var description: String { "\(name)/\(version)" }

    /// From `name/version`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = ModelID(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not NAME/VERSION"))
        }
        self = id
    }

    /// As `name/version`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
