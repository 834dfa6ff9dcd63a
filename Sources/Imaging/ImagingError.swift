/// Why a file gives no picture.
public struct ImagingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble; the raw values are the `error.kind` of `classify --json` (DESIGN section 10).
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// No bytes at all.
        case empty
        /// Something else than a JPEG.
        case notJPEG = "not_jpeg"
        /// Too little of the file is there to judge the picture.
        case truncated
        /// The headers make no sense, or too much of the coded data is broken.
        case corrupt
        /// A JPEG of a kind that is not decoded: 12 bits a sample, lossless, two components.
        case unsupported
        /// More pixels or memory than the limits allow.
        case tooLarge = "too_large"
        /// More scans or CPU time than the limits allow.
        case tooSlow = "too_slow"
    }

    /// What kind of trouble.
    public var kind: Kind
    /// What and where, as the rest of a sentence that begins with the file's name:
    /// "ends inside the image data at byte 10240".
    public var message: String

    /// An error of a kind.
    /// - Parameter message: the rest of a sentence that begins with the file's name.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
