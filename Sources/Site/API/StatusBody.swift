import Store
import Vocabulary

/// Whether actions may start, as programs read it.
struct ArmedBody: Encodable {
    let armed: Bool
    let since: Instant
    let until: Instant?

    init(_ state: ArmedState, now: Instant) {
        armed = state.isArmed(at: now)
        since = state.since
        until = armed ? nil : state.until
    }

    private enum Key: String, CodingKey { case armed, since, until }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(armed, forKey: .armed)
        try container.encode(since, forKey: .since)
        try container.encode(until, forKey: .until)
    }
}

/// What became of a tried action, as programs read it.
struct ActionBody: Encodable {
    let report: ActionReport

    init(_ report: ActionReport) { self.report = report }

    private enum Key: String, CodingKey {
        case name, state, started, exit, reason, output
        case duration = "duration_ms"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(report.name, forKey: .name)
        try container.encode(report.state, forKey: .state)
        try container.encode(report.started, forKey: .started)
        try container.encode(report.duration?.milliseconds, forKey: .duration)
        try container.encode(report.exit, forKey: .exit)
        try container.encode(report.reason, forKey: .reason)
        try container.encode(report.output, forKey: .output)
    }
}

/// `/api/v1/status`: everything the page shows, for programs. Names become snake_case on the way out.
struct StatusBody: Encodable {
    struct Build: Encodable { let version, commit, instructionSet: String }
    struct Model: Encodable {
        let id: ModelID
        let sha256: String
        let labels: Int
        let trouble: String?
        let roles: [String: ModelID]
    }
    struct Source: Encodable {
        let name, directory, state: String
        let since: Instant?
        let sentence: String?
        let newest: Instant?
        let deadlineMs: Double
        let frames: Int
        let conditions: [ConditionBody]
    }
    struct Latency: Encodable {
        let count: Int
        let p50Ms, p95Ms, p99Ms, maxMs: Double

        init(_ latency: ApplianceStatus.Latency) {
            count = latency.count
            p50Ms = latency.p50.milliseconds
            p95Ms = latency.p95.milliseconds
            p99Ms = latency.p99.milliseconds
            maxMs = latency.most.milliseconds
        }
    }
    struct Day: Encodable {
        let answered, notRunning, quarantined: Int
        let missed: [String: Int]
    }
    struct Channel: Encodable {
        let name, kind: String
        let trouble: String?
        let since: Instant?
        let outbox: [String: Int]
    }
    struct Action: Encodable {
        let name: String
        let dryRun: Bool
    }
    struct Rule: Encodable { let name, reason: String }
    struct Disk: Encodable {
        let picturesBytes, thumbnailsBytes, databaseBytes, budgetBytes, freeBytes, keepFreeBytes: Int64
        let fault: String?
        let waiting, lost: Int
    }
    struct Settings: Encodable {
        let path: String?
        let loaded: Instant?
        let fault: String?
    }
    struct Trouble: Encodable {
        let title, sentence: String
        let fault: Bool
    }

    let now: Instant
    let started: Instant
    let ready: Bool
    let unready: String?
    let residentBytes: Int64
    let build: Build
    let armed: ArmedBody
    let model: Model
    let sources: [Source]
    let latency: Latency
    let stages: [String: Latency]
    let missed: [String: Int]
    let lastDay: Day
    let backlog: Int
    let actions: [Action]
    let channels: [Channel]
    let idleRules: [Rule]
    let disk: Disk
    let settings: Settings
    let troubles: [Trouble]

    init(_ data: NowData) {
        let status = data.status
        now = data.now
        started = status.started
        ready = status.unready == nil
        unready = status.unready
        residentBytes = status.resident
        build = Build(
            version: status.build.version, commit: status.build.commit, instructionSet: status.build.instructionSet)
        armed = ArmedBody(status.armed, now: data.now)
        model = Model(
            id: status.model.id, sha256: status.model.digest, labels: status.model.labels.count,
            trouble: status.model.trouble,
            roles: Dictionary(
                status.otherModels.roles.map { ($0.role.rawValue, $0.id) }, uniquingKeysWith: { first, _ in first }))
        sources = status.sources.map {
            Source(
                name: $0.name, directory: $0.directory, state: $0.state.rawValue, since: $0.since,
                sentence: $0.sentence, newest: $0.newest, deadlineMs: $0.deadline.milliseconds, frames: $0.frames,
                conditions: $0.conditions.map(ConditionBody.init))
        }
        latency = Latency(status.latency)
        stages = named(status.stages).mapValues(Latency.init)
        missed = named(status.missed)
        lastDay = Day(
            answered: data.deadlines.answered, notRunning: data.deadlines.notRunning,
            quarantined: data.deadlines.quarantined, missed: named(data.deadlines.missed))
        backlog = status.backlog
        actions = status.actions.map { Action(name: $0.name, dryRun: $0.isDryRun) }
        channels = status.channels.map {
            Channel(
                name: $0.name, kind: $0.kind, trouble: $0.trouble, since: $0.since,
                outbox: named(data.outbox[$0.name] ?? [:]))
        }
        idleRules = status.idleRules.map { Rule(name: $0.name, reason: $0.reason) }
        disk = Disk(
            picturesBytes: data.disk.pictures, thumbnailsBytes: data.disk.thumbnails,
            databaseBytes: data.disk.database, budgetBytes: status.limits.budget, freeBytes: data.disk.free,
            keepFreeBytes: status.limits.keepFree, fault: data.health.fault?.message, waiting: data.health.waiting,
            lost: data.health.lost)
        settings = Settings(path: status.settings.path, loaded: status.settings.loaded, fault: status.settings.fault)
        troubles = status.troubles.map { Trouble(title: $0.title, sentence: $0.sentence, fault: $0.isFault) }
    }
}

private func named<Key: RawRepresentable & Hashable, Value>(_ values: [Key: Value]) -> [String: Value]
where Key.RawValue == String {
    Dictionary(values.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
}
