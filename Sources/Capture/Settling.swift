import Glibc
import Vocabulary

/// Files of a source whose end is missing: they are given time to grow.
struct Settling {
    struct Entry {
        /// The claim that the reader could not answer.
        var claim: Claim
        /// The state of the file at the last look.
        var last: CompactFrameID
        /// When it was first met in that state.
        var since: Moment
        /// Whether its end was looked for in that state.
        var isProbed: Bool
    }

    /// By path below the source's directory.
    private(set) var entries: [String: Entry] = [:]
    /// More wait on disk, for a scan.
    static let most = 1_000

    var count: Int { entries.count }
    var isFull: Bool { entries.count >= Self.most }

    func contains(_ path: String) -> Bool { entries[path] != nil }

    mutating func add(_ claim: Claim, path: String, now: Moment) {
        entries[path] = Entry(claim: claim, last: claim.identity.compactID, since: now, isProbed: true)
    }

    mutating func update(_ path: String, _ entry: Entry) { entries[path] = entry }

    mutating func remove(_ path: String) { entries[path] = nil }

    /// Whether the last two bytes of a file are an end marker: cheap, and right except for a file that was cut exactly
    /// behind its EXIF thumbnail. The reader looks closely.
    static func seemsComplete(_ path: String) -> Bool {
        guard let file = try? Descriptor(opening: path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY),
            let state = try? FileState(of: file), state.kind == .regular, state.size >= 4
        else { return false }
        var end: (UInt8, UInt8) = (0, 0)
        let (number, offset) = (file.number, off_t(state.size - 2))
        return uninterrupted { pread(number, &end, 2, offset) } == 2 && end == (0xFF, 0xD9)
    }
}

/// Where files went that were renamed lately: a claim may still carry their old path.
struct MovedFiles {
    private var paths: [CompactFrameID: String] = [:]
    private var order: [CompactFrameID] = []
    private var next = 0
    private static let most = 4_096

    mutating func note(_ id: CompactFrameID, path: String) {
        if paths.updateValue(path, forKey: id) != nil { return }
        if order.count < Self.most {
            order.append(id)
        } else {
            paths[order[next]] = nil
            order[next] = id
            next = (next + 1) % Self.most
        }
    }

    func path(of id: CompactFrameID) -> String? { paths[id] }
}
