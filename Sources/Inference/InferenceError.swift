public import ONNXFormat

/// Why a network can't be run.
public struct InferenceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The sort of fault, for programs.
    public enum Kind: String, Sendable {
        /// The bytes are no model; ``InferenceError/format`` has the reason.
        case format
        /// A node names an operator that Rooster doesn't know.
        case unknownOperator
        /// The operator is known, this use of it isn't supported.
        case unsupported
        /// Attributes, inputs or shapes that contradict each other.
        case invalid
        /// A value that nothing produces.
        case missing
        /// Nodes that wait for each other.
        case cycle
        /// More memory or arithmetic than ``InferenceLimits`` allows.
        case tooLarge
    }

    /// The sort of fault.
    public let kind: Kind
    /// What is wrong, as a sentence without its full stop.
    public let what: String
    /// The part of the network it concerns: `node 'stem' (Conv)`, `input 'image'`.
    public let location: String
    /// The fault of the file itself, where it is one.
    public let format: ONNXFormatError?

    /// - Parameter location: may hold names out of the file; what is too long or not printable is left out.
    init(_ kind: Kind, _ what: String, at location: String) {
        self.kind = kind
        self.what = printable(what)
        self.location = printable(location)
        format = nil
    }

    init(_ error: ONNXFormatError) {
        kind = .format
        what = error.what
        location = error.location
        format = error
    }

    init(_ fault: Fault, at location: String) { self.init(fault.kind, fault.what, at: location) }

    /// `location: what`.
    public var description: String { location.isEmpty ? what : "\(location): \(what)" }
}

/// A fault as an operator sees it: it knows what is wrong, but not where in the network it stands.
struct Fault: Error {
    let kind: InferenceError.Kind
    let what: String

    init(_ kind: InferenceError.Kind, _ what: String) {
        self.kind = kind
        self.what = what
    }
}
