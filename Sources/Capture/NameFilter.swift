import Glibc

/// Why a file of a capture directory is not looked at.
public enum IgnoredFile: String, CaseIterable, Sendable, Codable {
    /// Its name says that it is still being written: `.x`, `*.tmp`, `*.part`, `*.filepart`, `x~`.
    case temporaryName = "temporary_name"
    /// No pattern of the source fits its name.
    case pattern
    /// The name is not UTF-8, so that no program could be told of it.
    case notText = "not_text"
    /// A symbolic link: it may lead anywhere.
    case symbolicLink = "symbolic_link"
    /// A device, pipe or socket.
    case notAFile = "not_a_file"
}

/// Decides by the name alone.
struct NameFilter {
    private let patterns: [ContiguousArray<CChar>]
    private static let endings = [".tmp", ".part", ".filepart", "~"].map { Array($0.utf8) }
    /// Folders that systems put beside pictures: recovered blocks, small copies (Synology), waste baskets.
    private static let foreignDirectories: Set<String> = [
        "lost+found", "@eaDir", "#recycle", "System Volume Information", "$RECYCLE.BIN",
    ]
    private static let anyCase: Int32 = 1 << 4  // FNM_CASEFOLD, a GNU extension that Swift's Glibc module leaves out

    init(patterns: [String]) {
        self.patterns = patterns.map { ContiguousArray($0.utf8CString) }
    }

    /// Why a file of this name is left alone; nil where it is wanted. Allocates nothing.
    func reason(toIgnore name: UnsafePointer<CChar>) -> IgnoredFile? {
        let length = strlen(name)
        if length == 0 || name[0] == CChar(bitPattern: UInt8(ascii: ".")) { return .temporaryName }
        let bytes = UnsafeRawBufferPointer(start: name, count: length)
        if Self.endings.contains(where: { Self.bytes(bytes, endWith: $0) }) { return .temporaryName }
        let fits = patterns.contains { pattern in
            pattern.withUnsafeBufferPointer { pattern in
                pattern.baseAddress.map { fnmatch($0, name, Self.anyCase) == 0 } ?? false
            }
        }
        return fits ? nil : .pattern
    }

    /// Whether a directory of this name is looked into.
    func enters(directory name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && !Self.foreignDirectories.contains(name)
    }

    private static func bytes(_ bytes: UnsafeRawBufferPointer, endWith ending: [UInt8]) -> Bool {
        guard bytes.count >= ending.count else { return false }
        return zip(bytes[(bytes.count - ending.count)...], ending).allSatisfy { byte, expected in
            (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) == expected
        }
    }
}
