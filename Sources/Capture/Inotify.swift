import Glibc

/// One inotify instance: the kernel's news of the directories of one source.
final class Inotify {
    /// One piece of news; `name` is valid during the call it is handed to.
    struct Event {
        let watch: Int32
        let mask: Int
        /// Of the file in the directory; nil for news of the directory itself.
        let name: UnsafePointer<CChar>?

        func has(_ flag: Int) -> Bool { mask & flag != 0 }
        var isDirectory: Bool { has(Int(IN_ISDIR)) }
    }

    let number: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
    /// Files complete (closed, moved in), files and directories made (a hard link and a directory are complete at once),
    /// files whose time was set, and what happens to directories.
    private static let mask: UInt32 = {
        let files = UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_TO) | UInt32(IN_CREATE) | UInt32(IN_ATTRIB)
        let directories = UInt32(IN_MOVED_FROM) | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF)
        return files | directories | UInt32(IN_ONLYDIR) | UInt32(IN_EXCL_UNLINK)
    }()

    init() throws(SystemError) {
        number = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        if number < 0 {
            let error = SystemError()
            buffer.deallocate()
            throw error
        }
    }

    deinit {
        close(number)
        buffer.deallocate()
    }

    /// Watches a directory; again is harmless.
    /// - Returns: its watch: the same for the same directory.
    func watch(_ path: String, follow: Bool) throws(SystemError) -> Int32 {
        let flags = follow ? Self.mask : Self.mask | UInt32(IN_DONT_FOLLOW)
        let watch = inotify_add_watch(number, path, flags)
        if watch < 0 { throw SystemError() }
        return watch
    }

    func unwatch(_ watch: Int32) {
        inotify_rm_watch(number, watch)
    }

    /// Hands over what came so far, at most one buffer of it.
    /// - Returns: whether there may be more.
    func read(_ handle: (Event) -> Void) -> Bool {
        let count = uninterrupted { Glibc.read(number, buffer.baseAddress, buffer.count) }
        guard count > 0 else { return false }
        let head = MemoryLayout<inotify_event>.size  // watch, mask, cookie, length of the name: 4 bytes each
        var offset = 0
        while offset + head <= count {
            let watch = buffer.load(fromByteOffset: offset, as: Int32.self)
            let mask = buffer.load(fromByteOffset: offset + 4, as: UInt32.self)
            let length = Int(buffer.load(fromByteOffset: offset + 12, as: UInt32.self))
            guard offset + head + length <= count else { return true }
            let name = length == 0 ? nil : buffer.baseAddress.map { UnsafeRawPointer($0) + offset + head }
            handle(Event(watch: watch, mask: Int(mask), name: name?.assumingMemoryBound(to: CChar.self)))
            offset += head + length
        }
        return true
    }

    /// How many directories the system lets one user watch; for messages.
    static var watchLimit: String {
        guard let file = try? Descriptor(opening: "/proc/sys/fs/inotify/max_user_watches", O_RDONLY) else { return "?" }
        var text = [UInt8](repeating: 0, count: 32)
        let count = Glibc.read(file.number, &text, text.count)
        return String(decoding: text.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
