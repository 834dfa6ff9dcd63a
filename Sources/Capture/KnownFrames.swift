import Vocabulary

/// The identities of the files that are there and were taken: 16 bytes a file.
///
/// A file is given up only when two complete scans in a row did not meet it: listing a directory while files are renamed
/// in it may miss one. Kept by file system, so that a disk that is unplugged, which leaves an empty directory behind, does
/// not make everything on it new when it is back.
struct KnownFrames {
    private struct Disk {
        let device: UInt64
        var taken: Set<CompactFrameID> = []
        /// Not met by the last complete scan.
        var missing: Set<CompactFrameID> = []
        /// Met by the scan under way; nil where it has not come across this disk.
        var met: Set<CompactFrameID>?
        var lastMet: UInt64 = 0
    }

    /// The disk that was met last comes first.
    private var disks: [Disk] = []
    private var isScanning = false
    private var scans: UInt64 = 0
    /// Unplugged disks beyond these are forgotten, the longest absent first.
    private static let mostDisks = 8

    var count: Int { disks.reduce(0) { $0 + $1.taken.count } }

    func contains(_ id: CompactFrameID) -> Bool { disks.contains { $0.taken.contains(id) } }

    /// Remembers a file that is there and taken.
    mutating func insert(_ id: CompactFrameID, device: UInt64) {
        let place = place(of: device)
        disks[place].taken.insert(id)
        if isScanning { disks[place].met?.insert(id) }
    }

    /// Forgets a file, so that it can be taken again.
    mutating func remove(_ id: CompactFrameID) {
        for place in disks.indices { disks[place].taken.remove(id) }
    }

    /// A complete scan begins.
    mutating func beginScan() {
        isScanning = true
        scans += 1
        for place in disks.indices { disks[place].met = nil }
    }

    /// The scan under way looks at a directory of this disk.
    mutating func meet(device: UInt64) {
        let place = place(of: device)
        disks[place].lastMet = scans
        if isScanning, disks[place].met == nil { disks[place].met = [] }
    }

    /// The scan under way, or an event, met a file that is there.
    mutating func meet(_ id: CompactFrameID, device: UInt64) {
        guard isScanning else { return }
        let place = place(of: device)
        // A disk that got another number took its files along.
        if !disks[place].taken.contains(id), contains(id) {
            remove(id)
            disks[place].taken.insert(id)
        }
        disks[place].met?.insert(id)
    }

    /// The scan under way did not see everything: nothing is concluded from what it missed.
    mutating func abandonScan() {
        isScanning = false
        for place in disks.indices { disks[place].met = nil }
    }

    /// The scan under way saw everything.
    /// - Returns: what is gone.
    mutating func endScan() -> [CompactFrameID] {
        var gone: [CompactFrameID] = []
        for place in disks.indices {
            guard let met = disks[place].met else { continue }
            let missing = disks[place].taken.subtracting(met)
            let goneHere = missing.intersection(disks[place].missing)
            disks[place].taken.subtract(goneHere)
            disks[place].missing = missing.subtracting(goneHere)
            disks[place].met = nil
            gone += goneHere
        }
        isScanning = false
        return gone
    }

    private mutating func place(of device: UInt64) -> Int {
        if let place = disks.firstIndex(where: { $0.device == device }) { return place }
        if disks.count == Self.mostDisks, let oldest = disks.indices.min(by: { disks[$0].lastMet < disks[$1].lastMet })
        {
            disks.remove(at: oldest)
        }
        disks.append(Disk(device: device, lastMet: scans))
        return disks.count - 1
    }
}
