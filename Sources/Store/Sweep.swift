import GRDB
import Vocabulary

/// What retention looks at: one frame's files.
struct SweepCandidate: Sendable {
    var sequence: Int64
    var id: FrameID
    var pictureBytes: Int64
    var thumbnailBytes: Int64

    init(_ row: Row) {
        sequence = row["sequence"]
        id = FrameID(rawValue: row["id"])
        pictureBytes = row["pictureBytes"] ?? 0
        thumbnailBytes = row["thumbnailBytes"] ?? 0
    }

    /// What goes when these files do.
    func bytes(_ kinds: [PictureFiles.Kind]) -> Int64 {
        (kinds.contains(.pictures) ? Disk.allocated(pictureBytes) : 0)
            + (kinds.contains(.thumbnails) ? Disk.allocated(thumbnailBytes) : 0)
    }
}

/// One step of a sweep: which files of which frames go, oldest first.
struct SweepStep: Sendable {
    /// Which frames.
    enum Group: Sendable {
        /// All of a worth that are not in the sample for labelling.
        case worth(Worth)
        /// The sample.
        case sample

        /// As the indices have it.
        var condition: String {
            switch self {
            case .worth(let worth): "sample IS NULL AND worth = \(worth.rawValue)"
            case .sample: "sample IS NOT NULL"
            }
        }
    }

    var kinds: [PictureFiles.Kind]
    var group: Group
    /// Only frames before this time.
    var before: Instant

    private static let always = Instant(milliseconds: .max)

    /// By age: pictures of all but corrected frames, thumbnails of unremarkable ones.
    static func byAge(_ limits: RetentionLimits, now: Instant) -> [SweepStep] {
        let before = now - limits.keepFrames
        return [
            SweepStep(kinds: [.thumbnails], group: .worth(.plain), before: before),
            SweepStep(kinds: [.pictures], group: .worth(.plain), before: before),
            SweepStep(kinds: [.thumbnails], group: .worth(.nearMiss), before: before),
            SweepStep(kinds: [.pictures], group: .worth(.nearMiss), before: before),
            SweepStep(kinds: [.pictures, .thumbnails], group: .sample, before: before),
            SweepStep(kinds: [.pictures], group: .worth(.detection), before: before),
        ]
    }

    /// What has to go first when there is no room (DESIGN section 11): thumbnails of old unremarkable frames, then their
    /// pictures, then near misses.
    static func unremarkable(now: Instant) -> [SweepStep] {
        [
            SweepStep(kinds: [.thumbnails], group: .worth(.plain), before: now - young),
            SweepStep(kinds: [.pictures], group: .worth(.plain), before: always),
            SweepStep(kinds: [.pictures, .thumbnails], group: .worth(.nearMiss), before: always),
        ]
    }

    /// What goes then: detections, the sample, which is small by then, and corrected frames, which somebody taught, last
    /// of all.
    static var remarkable: [SweepStep] {
        [
            SweepStep(kinds: [.pictures], group: .worth(.detection), before: always),
            SweepStep(kinds: [.thumbnails], group: .worth(.plain), before: always),
            SweepStep(kinds: [.thumbnails], group: .worth(.detection), before: always),
            SweepStep(kinds: [.pictures, .thumbnails], group: .sample, before: always),
            SweepStep(kinds: [.pictures, .thumbnails], group: .worth(.corrected), before: always),
        ]
    }

    /// Thumbnails are small: those a page still shows stay until the pictures are gone.
    private static let young: Duration = .seconds(24 * 3_600)

    /// Not the photo that shows what is wrong with a camera, as long as it is.
    func candidates(limit: Int, in database: Database) throws -> [SweepCandidate] {
        let present = kinds.map { $0 == .pictures ? "pictureBytes IS NOT NULL" : "thumbnailBytes IS NOT NULL" }
        // One kind after the other, so that each query has its index.
        var found: [Int64: SweepCandidate] = [:]
        for condition in present {
            let rows = try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT sequence, id, pictureBytes, thumbnailBytes FROM frame
                        WHERE \(group.condition) AND time < ? AND \(condition)
                          AND id NOT IN (SELECT frame FROM condition WHERE until IS NULL AND frame IS NOT NULL)
                        ORDER BY time LIMIT ?
                        """), arguments: [before.milliseconds, limit])
            for row in rows { found[row["sequence"]] = SweepCandidate(row) }
        }
        return Array(found.values.sorted { $0.sequence < $1.sequence }.prefix(limit))
    }
}

/// A sweep at work: how much it may still do, and what it did.
struct SweepWork: Sendable {
    let files: PictureFiles
    /// Files or records that may still go.
    var left: Int
    var report = SweepReport()

    mutating func removed(_ frames: [SweepCandidate], _ kinds: [PictureFiles.Kind]) {
        left -= frames.count
        report.bytes += frames.reduce(0) { $0 + $1.bytes(kinds) }
        if kinds.contains(.pictures) { report.pictures += frames.count { $0.pictureBytes > 0 } }
        if kinds.contains(.thumbnails) { report.thumbnails += frames.count { $0.thumbnailBytes > 0 } }
    }

    mutating func removedRecords(_ frames: [SweepCandidate]) {
        left -= frames.count
        report.records += frames.count
        report.bytes += frames.reduce(0) { $0 + $1.bytes(PictureFiles.Kind.allCases) }
    }
}

extension RecordWriter {
    /// Takes down that files of frames are gone.
    mutating func noteRemoved(_ frames: [SweepCandidate], _ kinds: [PictureFiles.Kind]) throws {
        for frame in frames {
            if kinds.contains(.pictures) {
                try execute(
                    """
                    UPDATE frame SET picture = 'removed', pictureBytes = NULL, sample = NULL
                    WHERE sequence = ? AND picture = 'kept'
                    """, [frame.sequence])
            }
            if kinds.contains(.thumbnails) {
                try execute("UPDATE frame SET thumbnailBytes = NULL WHERE sequence = ?", [frame.sequence])
            }
        }
    }

    /// Frames whose records may go: not corrected, not quarantined or merely noted while the file is there, and in no
    /// visit that goes on after `before`.
    /// - Parameter ofPlainOnly: only of frames in which nothing was seen, and that are not in the sample.
    static func oldRecords(
        before: Instant, ofPlainOnly: Bool, limit: Int, in database: Database
    ) throws -> [SweepCandidate] {
        let worth: Worth = ofPlainOnly ? .detection : .corrected
        return try Row.fetchAll(
            database,
            sql: """
                SELECT sequence, id, pictureBytes, thumbnailBytes FROM frame
                WHERE time < ?1 AND worth < ?2 \(ofPlainOnly ? "AND sample IS NULL" : "") AND (state = 'recorded' OR gone IS NOT NULL)
                  AND NOT EXISTS (SELECT 1 FROM detection d JOIN visit v ON v.id = d.visit
                    WHERE d.frame = frame.sequence AND v.last >= ?1)
                ORDER BY time LIMIT ?3
                """, arguments: [before.milliseconds, worth.rawValue, limit]
        ).map(SweepCandidate.init)
    }

    /// Removes records. A frame whose file is still there stays as a bare note of its identity: a rescan would take it
    /// for a new one.
    mutating func removeRecords(_ frames: [SweepCandidate]) throws {
        var visits: Set<String> = []
        for frame in frames {
            let seen = try String.fetchAll(
                database.cachedStatement(sql: "SELECT DISTINCT visit FROM detection WHERE frame = ?"),
                arguments: [frame.sequence])
            visits.formUnion(seen)
            try execute("DELETE FROM frame WHERE sequence = ? AND gone IS NOT NULL", [frame.sequence])
            if database.changesCount > 0 { continue }
            try execute("DELETE FROM detection WHERE frame = ?", [frame.sequence])
            try execute("DELETE FROM answer WHERE frame = ?", [frame.sequence])
            try execute(
                """
                UPDATE frame SET state = 'noted', reason = NULL, latency = NULL, missed = NULL, timings = '',
                  model = NULL, nearMisses = NULL, worth = 0, sample = NULL, thumbnailBytes = NULL,
                  picture = iif(picture = 'kept', 'removed', picture), pictureBytes = NULL WHERE sequence = ?
                """, [frame.sequence])
        }
        try repairVisits(visits)
    }

    /// Messages that were settled before an instant.
    func removeSettledMessages(before: Instant, limit: Int) throws {
        try execute(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE settled < ? ORDER BY settled LIMIT ?)",
            [before.milliseconds, limit])
    }
}
