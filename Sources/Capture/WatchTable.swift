/// Which inotify watch stands for which directory of a source.
struct WatchTable {
    private struct Entry {
        /// Below the source's directory; empty for that itself.
        var path: String
        var fileSystem: FileSystem
        /// The scan that met it last.
        var scan: UInt64
    }

    private var entries: [Int32: Entry] = [:]

    var count: Int { entries.count }

    /// The directory a watch stands for, below the source's, and what it lies on.
    func directory(of watch: Int32) -> (path: String, fileSystem: FileSystem)? {
        entries[watch].map { ($0.path, $0.fileSystem) }
    }

    /// - Complexity: O(n).
    func contains(_ path: String) -> Bool { entries.values.contains { $0.path == path } }

    mutating func set(_ watch: Int32, path: String, fileSystem: FileSystem, scan: UInt64) {
        entries[watch] = Entry(path: path, fileSystem: fileSystem, scan: scan)
    }

    mutating func remove(_ watch: Int32) { entries[watch] = nil }

    mutating func removeAll() { entries = [:] }

    /// Takes out a directory with all below it.
    /// - Returns: their watches.
    mutating func removeTree(_ path: String) -> [Int32] {
        let below = path + "/"
        return take { $0.path == path || $0.path.hasPrefix(below) }
    }

    /// Takes out what a complete scan did not come across: moved away where no event could tell.
    mutating func removeOlder(than scan: UInt64) -> [Int32] {
        take { $0.scan < scan }
    }

    private mutating func take(where condition: (Entry) -> Bool) -> [Int32] {
        let watches = entries.filter { condition($0.value) }.map(\.key)
        for watch in watches { entries[watch] = nil }
        return watches
    }
}
