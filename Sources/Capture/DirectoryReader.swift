import Glibc

/// Lists one directory, entry by entry.
final class DirectoryReader {
    /// What the listing says of an entry; `unknown` where the file system leaves that to `stat`.
    enum Kind { case regular, directory, symbolicLink, other, unknown }

    let fileSystem: FileSystem
    private let stream: OpaquePointer

    /// - Parameter follow: whether `path` itself may be a symbolic link.
    init(_ path: String, follow: Bool) throws(SystemError) {
        let descriptor = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY | (follow ? 0 : O_NOFOLLOW))
        let state = try FileState(of: descriptor)
        fileSystem = try FileSystem(of: descriptor, device: state.device)
        let number = descriptor.release()
        guard let stream = fdopendir(number) else {
            let error = SystemError()
            close(number)
            throw error
        }
        self.stream = stream
    }

    deinit { closedir(stream) }

    /// Hands over the next entry; the name is valid during the call.
    /// - Returns: false at the end.
    func next(_ handle: (UnsafePointer<CChar>, Kind) -> Void) throws(SystemError) -> Bool {
        errno = 0
        guard let entry = readdir(stream) else {
            if errno != 0 { throw SystemError() }
            return false
        }
        let kind: Kind =
            switch Int(entry.pointee.d_type) {
            case Int(DT_REG): .regular
            case Int(DT_DIR): .directory
            case Int(DT_LNK): .symbolicLink
            case Int(DT_UNKNOWN): .unknown
            default: .other
            }
        // The name is longer than the array the header declares: reached through the entry's own address.
        let place = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
        handle((UnsafeRawPointer(entry) + place).assumingMemoryBound(to: CChar.self), kind)
        return true
    }

    /// The state of an entry.
    func state(of name: UnsafePointer<CChar>) throws(SystemError) -> FileState {
        try FileState(of: name, below: dirfd(stream))
    }
}
