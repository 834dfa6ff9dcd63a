import Glibc
public import Vocabulary

/// What lies in a capture directory, seen as the watcher sees it, without watching: for `rooster doctor`.
public struct Survey: Sendable {
    /// Whether the directory itself can be looked into.
    public enum Access: Sendable, Equatable {
        /// It can.
        case open
        /// It, or one above it, is not there.
        case missing
        /// Rights are missing.
        case denied
        /// The system's words.
        case failing(String)
    }

    /// A file of the directory.
    public struct File: Sendable, Equatable {
        /// Where it lies.
        public var path: String
        /// Bytes.
        public var size: Int64
        /// When it was last written.
        public var modified: Instant
    }

    /// Files whose names no pattern fits, by ending.
    public struct Unmatched: Sendable, Equatable {
        /// How many.
        public var count: Int
        /// One of them.
        public var example: String
    }

    /// Whether the directory itself can be looked into.
    public private(set) var access = Access.open
    /// Whether it lies where inotify tells nothing of what other machines write.
    public private(set) var isRemote = false
    /// Directories, this one included.
    public private(set) var directories = 0
    /// Directories below that may not be looked into.
    public private(set) var closed: [String] = []
    /// Files that the watcher would take.
    public private(set) var wanted = 0
    /// The newest of them, newest first; as many as were asked for.
    public private(set) var newest: [File] = []
    /// Files that the watcher would leave alone, by reason.
    public private(set) var ignored: [IgnoredFile: Int] = [:]
    /// The newest file with a name that says it is still being written.
    public private(set) var newestUnfinished: File?
    /// Names that no pattern fits, by their ending in lower case (`png`; empty: none).
    public private(set) var unmatched: [String: Unmatched] = [:]
    /// True where there was more than could be looked at.
    public private(set) var isCutShort = false

    /// Looks through the directory of a source. Blocks on the disk.
    /// - Parameters:
    ///   - newest: how many of the newest files are told.
    ///   - limit: how many entries are looked at.
    public init(of source: WatchedSource, newest count: Int = 12, limit: Int = 200_000) {
        let filter = NameFilter(patterns: source.patterns)
        var pending = [""]
        var left = limit
        while let path = pending.popLast() {
            let absolute = join(source.directory, path)
            do throws(SystemError) {
                let reader = try DirectoryReader(absolute, follow: path.isEmpty)
                directories += 1
                if path.isEmpty { isRemote = reader.fileSystem.isRemote }
                var isMore = true
                while isMore && left > 0 {
                    left -= 1
                    isMore = try reader.next { name, kind in
                        let text = String(cString: name)
                        if text == "." || text == ".." { return }
                        guard let state = try? reader.state(of: name) else { return }
                        if state.kind == .directory {
                            if source.recursive && filter.enters(directory: text) { pending.append(join(path, text)) }
                        } else {
                            note(text, name, state, kind: state.kind, in: absolute, filter, keeping: count)
                        }
                    }
                }
            } catch {
                if path.isEmpty {
                    access = error.isAbsence ? .missing : error.isDenial ? .denied : .failing(error.description)
                } else if error.isDenial {
                    closed.append(absolute)
                }
            }
        }
        isCutShort = left == 0
    }

    private mutating func note(
        _ name: String, _ bytes: UnsafePointer<CChar>, _ state: FileState, kind: FileState.Kind, in directory: String,
        _ filter: NameFilter, keeping count: Int
    ) {
        let file = File(
            path: join(directory, name), size: state.size, modified: Instant(milliseconds: state.modified / 1_000_000))
        let reason: IgnoredFile? =
            switch kind {
            case .symbolicLink: .symbolicLink
            case .other, .directory: .notAFile
            case .regular: String(validatingCString: bytes) == nil ? .notText : filter.reason(toIgnore: bytes)
            }
        guard let reason else {
            wanted += 1
            if newest.count < count || file.modified > newest[newest.count - 1].modified {
                let place = newest.firstIndex { $0.modified < file.modified } ?? newest.count
                newest.insert(file, at: place)
                if newest.count > count { newest.removeLast() }
            }
            return
        }
        ignored[reason, default: 0] += 1
        switch reason {
        case .temporaryName:
            if file.modified > newestUnfinished?.modified ?? Instant(milliseconds: .min) { newestUnfinished = file }
        case .pattern:
            let dot = name.lastIndex(of: ".")
            let ending = dot.map { String(name[name.index(after: $0)...]).lowercased() } ?? ""
            unmatched[ending, default: Unmatched(count: 0, example: file.path)].count += 1
        case .notText, .symbolicLink, .notAFile: break
        }
    }
}

extension Survey {
    /// What a file is, by its bytes.
    public enum Content: Sendable, Equatable {
        /// A JPEG that reaches its end marker.
        case complete
        /// A JPEG without its end.
        case cut
        /// Something else.
        case notJPEG
        /// Nothing.
        case empty
        /// The system's words.
        case unreadable(String)
    }

    /// Larger ones are not looked at to their end: no camera writes them.
    private static let mostBytes: Int64 = 64 << 20

    /// Reads a file as a frame would be read. Blocks on the disk.
    public static func content(of path: String) -> Content {
        do throws(SystemError) {
            let file = try Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            let size = Int(min(try FileState(of: file).size, mostBytes))
            if size == 0 { return .empty }
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
            defer { buffer.deallocate() }
            var filled = 0
            while filled < size {
                let number = file.number
                let count = uninterrupted {
                    pread(number, buffer.baseAddress.map { $0 + filled }, size - filled, filled)
                }
                if count < 0 { throw SystemError() }
                if count == 0 { break }
                filled += count
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
            guard bytes.count >= 2, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return .notJPEG }
            return JPEGEnd.isPresent(in: bytes) ? .complete : .cut
        } catch {
            return .unreadable(error.description)
        }
    }
}
