/// Why bytes were not taken as an ONNX model.
public struct ONNXFormatError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The sort of fault, for programs.
    public enum Kind: String, Sendable {
        /// These bytes are not an ONNX model at all.
        case notONNX
        /// The file ends inside something it began.
        case truncated
        /// A message or a field of it is not as the format demands.
        case malformed
        /// The format allows it, Rooster does not: subgraphs, functions, sparse or external tensors.
        case unsupported
        /// More of something than ``ONNXLimits`` allows.
        case tooLarge
    }

    /// The sort of fault.
    public let kind: Kind
    /// What is wrong, as a sentence without its full stop.
    public let what: String
    /// The part of the file it concerns: `initializer 'fc_w'`, `node 'stem'`, `byte 17`.
    public let location: String

    /// - Parameter location: may hold names out of the file; what is too long or not printable is left out.
    public init(_ kind: Kind, _ what: String, at location: String) {
        self.kind = kind
        self.what = printable(what)
        self.location = printable(location)
    }

    /// `location: what`.
    public var description: String { location.isEmpty ? what : "\(location): \(what)" }
}

/// Text that may hold a stranger's names, fit for a log: no control characters, at most 300 characters.
package func printable(_ text: String) -> String {
    let cleaned = text.unicodeScalars.prefix(300).map { scalar -> Character in
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            ? "?" : Character(scalar)
    }
    return String(cleaned) + (text.unicodeScalars.count > 300 ? "…" : "")
}
