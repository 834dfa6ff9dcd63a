import Vocabulary

/// One thing to take down. Values only, so that they can wait in memory while the disk refuses writing.
enum PendingWrite: Sendable {
    case frames([FrameReport], publications: [Publication], withheld: Set<FrameID>, at: Instant)
    case action(ActionReport, of: DetectionID, at: Instant)
    case late([FrameReport.LateAnswer], of: FrameID)
    case visitsEnded([VisitID], at: Instant)
    case framesGone([FrameID], at: Instant)
    case audit(AuditEntry, keep: Duration)
    case conditions([ConditionReport], publications: [Publication], at: Instant)

    /// What it counts for against the bound of the queue.
    var weight: Int {
        switch self {
        case .frames(let reports, _, _, _): max(1, reports.count)
        case .action, .audit, .late: 1
        case .visitsEnded(let ids, _): max(1, ids.count)
        case .framesGone(let ids, _): max(1, ids.count)
        case .conditions(let reports, _, _): max(1, reports.count)
        }
    }

    /// What of it goes to the disk later where there is none now: files that are merely noted are met again by the next
    /// start, which knows better what is on record.
    var forDisk: PendingWrite? {
        guard case .frames(let reports, let publications, let withheld, let now) = self else { return self }
        let kept = reports.filter { $0.state != .noted }
        return kept.isEmpty ? nil : .frames(kept, publications: publications, withheld: withheld, at: now)
    }

    var isFrames: Bool {
        if case .frames = self { true } else { false }
    }
}

/// What waits to be written, oldest first; bounded.
///
/// At the bound the oldest frames are given up first: their files are still there and a rescan finds them again, while
/// nobody repeats the end of an action or of a visit.
struct PendingWrites {
    /// Reports of frames hold all probabilities: about 5 kB each with 1000 labels.
    static let bound = 400

    /// Frames of one transaction: enough that a commit costs little beside them, few enough to repeat.
    static let chunk = 64

    /// A write with its number: while a chunk is being written others join, and the oldest may be given up.
    struct Entry: Sendable {
        var number: Int
        var write: PendingWrite
    }

    private var entries: [Entry] = []
    private var lastNumber = 0
    private(set) var weight = 0
    /// Given up since the start, and not given back.
    private(set) var lost = 0
    /// Frames among those whose files are where they were.
    private var givenUp: [FrameIdentity] = []
    private static let mostGivenUp = 20_000

    var isEmpty: Bool { entries.isEmpty }

    mutating func append(_ write: PendingWrite) {
        lastNumber += 1
        entries.append(Entry(number: lastNumber, write: write))
        weight += write.weight
        while weight > Self.bound, entries.count > 1 {
            let place = entries.dropLast().firstIndex { $0.write.isFrames } ?? 0
            if case .frames(let reports, _, _, _) = entries[place].write {
                let frames = reports.filter { $0.state != .noted }.map(\.identity)
                givenUp += frames.prefix(max(0, Self.mostGivenUp - givenUp.count))
            }
            giveUp(entries[place].number)
        }
    }

    /// What is written next in one transaction: as many as a chunk holds, one at least.
    /// - Parameter probing: only the first: after a failure, a full disk is not filled anew with all that waits.
    func next(probing: Bool) -> [Entry] {
        var sum = 0
        let chunk = entries.prefix { entry in
            sum += entry.write.weight
            return sum <= Self.chunk
        }
        return probing || chunk.isEmpty ? Array(entries.prefix(1)) : Array(chunk)
    }

    /// Takes out what has been written.
    mutating func remove(_ written: [Entry]) {
        let numbers = Set(written.map(\.number))
        entries.removeAll { entry in
            guard numbers.contains(entry.number) else { return false }
            weight -= entry.write.weight
            return true
        }
    }

    /// Frames that were given up for want of room, once: whoever finds their files again brings them back.
    mutating func takeGivenUp() -> [FrameIdentity] {
        defer {
            lost -= givenUp.count
            givenUp = []
        }
        return givenUp
    }

    /// Takes out a write that is lost.
    mutating func giveUp(_ number: Int) {
        guard let index = entries.firstIndex(where: { $0.number == number }) else { return }
        let entry = entries.remove(at: index)
        weight -= entry.write.weight
        lost += entry.write.weight
    }

    /// Whether a frame waits here.
    func contains(_ id: FrameID) -> Bool {
        entries.contains { entry in
            if case .frames(let reports, _, _, _) = entry.write { reports.contains { $0.id == id } } else { false }
        }
    }
}
