import Glibc
public import Vocabulary

extension FrameIdentity {
    /// The identity of a file as it is now: what the watcher gives it. For whoever has to know whether a file still is the
    /// frame it was.
    /// - Parameters:
    ///   - path: absolute.
    ///   - directory: of the source; identities by path are below it.
    /// - Returns: nil where there is no regular file.
    public init?(ofFile path: String, source: String, directory: String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        let root = absolutePath(directory)
        let below = path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
        guard let state = try? FileState(of: path), state.kind == .regular,
            let place = try? Descriptor(opening: parent, O_RDONLY | O_DIRECTORY),
            let fileSystem = try? FileSystem(of: place, device: state.device)
        else { return nil }
        self.init(state, source: source, path: below, on: fileSystem)
    }

    /// - Parameter path: below the source's directory.
    init(_ state: FileState, source: String, path: String, on fileSystem: FileSystem) {
        self.init(
            source: source,
            file: fileSystem.hasStableInodes ? .inode(device: fileSystem.device, inode: state.inode) : .path(path),
            size: state.size, modified: state.modified)
    }
}
