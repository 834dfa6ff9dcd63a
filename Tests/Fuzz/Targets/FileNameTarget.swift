import Vocabulary

@testable import Capture

extension FuzzTarget {
    /// Names of files in a capture directory, which a camera, or whoever may write there, chooses.
    static let fileNames = FuzzTarget("file-names", longest: 255) { bytes in
        let filter = NameFilter(patterns: ["*.jpg", "*.jpeg", "[a-c]?*_[!x]*.JPG"])
        // A name ends at its first zero, as directories hand it out.
        let name = bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
        let reason = name.withUnsafeBufferPointer { name in name.baseAddress.flatMap { filter.reason(toIgnore: $0) } }
        let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        _ = filter.enters(directory: text)
        if name.first == CChar(bitPattern: UInt8(ascii: ".")) || name.count == 1 {
            promise(reason == .temporaryName, "a hidden file was wanted")
        }
        let path = absolutePath(join("/var/lib/motion", text))
        promise(path.hasPrefix("/"), "a path is not absolute")
        let identity = FrameIdentity(source: "nest", file: .path(path), size: 1, modified: 1)
        promise(identity.id.isWellFormed && identity.compactID.id == identity.id, "an identity has two forms")
    }
}
