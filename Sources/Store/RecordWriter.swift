import GRDB
import Vocabulary

/// Takes values down inside one transaction. What belongs to frames, detections, visits, actions and messages stands in
/// extensions, a file each.
struct RecordWriter {
    /// Changes that `/events` can resume from; at five frames a second about half an hour.
    static let changesKept: Int64 = 10_000

    let database: Database
    let models: ModelCatalogue
    /// Reports of actions that were quicker than the record of their frame.
    var early: EarlyReports
    /// Quarantined records that a later state of their file replaced: their pictures go after the transaction.
    var replacedFrames: [FrameID] = []
    /// The newest change, when the transaction is finished and changed something.
    private(set) var lastChange: Int64?
    private var changed: [Change.Key] = []
    private var changedKeys: Set<Change.Key> = []

    init(database: Database, models: ModelCatalogue, early: EarlyReports) {
        self.database = database
        self.models = models
        self.early = early
    }

    mutating func write(_ write: PendingWrite) throws {
        switch write {
        case .frames(let reports, let publications, let withheld, let now):
            for report in reports {
                try self.write(report, publications: publications, withheld: withheld.contains(report.id), at: now)
            }
        case .action(let report, let detection, let now):
            try update(report, of: detection, at: now)
        case .late(let answers, let frame):
            try self.write(late: answers, of: frame)
        case .visitsEnded(let ids, let now):
            for id in ids { try endVisit(id, at: now) }
        case .audit(let entry, let keep):
            try note(entry, keep: keep)
        case .framesGone(let ids, let now):
            for id in ids {
                try execute(
                    "UPDATE frame SET gone = ? WHERE id = ? AND gone IS NULL", [now.milliseconds, id.rawValue])
            }
        case .conditions(let reports, let publications, let now):
            for report in reports { try self.write(report, publications: publications, at: now) }
        }
    }

    /// Notes that something changed; once a transaction for each thing.
    mutating func touch(_ kind: Change.Kind, _ subject: String) {
        let key = Change.Key(kind: kind, subject: subject)
        if changedKeys.insert(key).inserted { changed.append(key) }
    }

    /// Numbers the changes: the last thing in the transaction.
    mutating func finish() throws {
        guard !changed.isEmpty else { return }
        for key in changed {
            try execute("INSERT INTO change (kind, subject) VALUES (?, ?)", [key.kind.rawValue, key.subject])
        }
        let last = database.lastInsertedRowID
        try execute("DELETE FROM change WHERE sequence <= ?", [last - Self.changesKept])
        lastChange = last
    }

    /// Runs a statement that is compiled once.
    func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The first row of a query that is compiled once.
    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }
}

extension Change {
    struct Key: Hashable {
        var kind: Kind
        var subject: String
    }
}

/// Reports of actions whose detection is not recorded yet: a lamp is quicker than a database. Bounded; the oldest go.
struct EarlyReports {
    static let bound = 256
    private var reports: [DetectionID: ActionReport] = [:]
    private var order: [DetectionID] = []
    /// Given up since the start.
    private(set) var lost = 0

    mutating func put(_ report: ActionReport, for id: DetectionID) {
        if let known = reports[id] {
            reports[id] = known.state.rank > report.state.rank ? known : report
            return
        }
        reports[id] = report
        order.append(id)
        if order.count > Self.bound {
            reports[order.removeFirst()] = nil
            lost += 1
        }
    }

    mutating func take(_ id: DetectionID) -> ActionReport? {
        guard let report = reports.removeValue(forKey: id) else { return nil }
        order.removeAll { $0 == id }
        return report
    }
}

extension ActionState {
    /// How far: a report never goes back.
    var rank: Int {
        switch self {
        case .queued: 0
        case .started: 1
        case .done, .failed, .expired, .timedOut, .heldBack, .dryRun: 2
        }
    }

    /// True where the action itself has begun: what "fired" means on a page.
    var hasFired: Bool {
        switch self {
        case .started, .done, .failed, .timedOut: true
        case .queued, .expired, .heldBack, .dryRun: false
        }
    }
}
