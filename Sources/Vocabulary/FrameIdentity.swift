/// What makes a frame that frame: the state of one file of one source (DESIGN section 2).
///
/// A file overwritten under its old name is another frame; a file renamed is the same one.
public struct FrameIdentity: Hashable, Sendable {
    /// What tells files apart.
    public enum File: Hashable, Sendable {
        /// Where inodes are stable: a rename keeps the identity.
        case inode(device: UInt64, inode: UInt64)
        /// Where they are not (FAT, SMB, NFS): the path below the source's directory.
        case path(String)
    }

    /// The name of the source.
    public var source: String
    /// Which file.
    public var file: File
    /// Bytes.
    public var size: Int64
    /// Time of last change, nanoseconds since 1970.
    public var modified: Int64

    /// The state of a file.
    public init(source: String, file: File, size: Int64, modified: Int64) {
        self.source = source
        self.file = file
        self.size = size
        self.modified = modified
    }

    /// The identity as text: the same on every run.
    public var id: FrameID { compactID.id }

    /// The identity in 16 bytes: the same on every run.
    public var compactID: CompactFrameID {
        let file =
            switch file {
            case .inode(let device, let inode): ["inode", String(device), String(inode)]
            case .path(let path): ["path", path]
            }
        return CompactFrameID(bits: identifierBits(of: [source] + file + [String(size), String(modified)]))
    }
}

/// A ``FrameID`` without its text, for sets that hold one of every file of a directory.
public struct CompactFrameID: Hashable, Sendable {
    let bits: UInt128

    /// The identity as text.
    public var id: FrameID { FrameID(rawValue: identifierText(bits)) }
}
