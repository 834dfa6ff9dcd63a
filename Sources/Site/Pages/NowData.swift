import Store
import Vocabulary

/// Everything the page Now shows, gathered once for one request.
struct NowData: Sendable {
    var status: ApplianceStatus
    var frames: [FrameItem]
    var visits: [VisitItem]
    var quarterHours: [QuarterHour]
    var lastAction: DetectionItem?
    var changes: [AuditItem]
    var deadlines: DeadlineCounts
    var broken: [FrameItem]
    /// Frames that show what is the matter with a camera and whose picture is kept.
    var shown: Set<FrameID>
    var disk: DiskFigures
    var health: StoreHealth
    var outbox: [String: [OutboxItem.State: Int]]
    var now: Instant
    var time: LocalTime
    var formToken: String

    /// How many visits the page shows.
    static let visitLimit = 12
    /// How many changes that people made.
    static let changeLimit = 10

    /// Asks appliance and store.
    static func gather(_ site: SiteParts) async throws -> NowData {
        let now = site.now()
        let yesterday = now - .seconds(86_400)
        let store = site.store
        let day = try await site.day.figures(at: now)
        let status = await site.controls.status()
        var shown: Set<FrameID> = []
        for frame in Set(status.sources.flatMap { $0.conditions.compactMap(\.frame) }) {
            if try await store.frame(frame)?.hasPicture == true { shown.insert(frame) }
        }
        return NowData(
            status: status, frames: try await store.newestFrames(),
            visits: try await store.visits(VisitFilter(limit: visitLimit)).items,
            quarterHours: day.quarterHours,
            lastAction: try await store.actions(since: yesterday, limit: 1).first,
            changes: try await store.audit(AuditFilter(limit: changeLimit)).items,
            deadlines: day.deadlines,
            broken: try await store.frames(FrameFilter(limit: 5, since: yesterday, state: .quarantined)).items,
            shown: shown, disk: try await store.diskFigures(), health: store.health,
            outbox: try await store.counts().outbox,
            now: now, time: site.time, formToken: site.origin.formToken)
    }

    /// All deadlines missed in the last 24 hours while Rooster ran.
    var missedCount: Int { deadlines.missed.values.reduce(0, +) }

    /// Where the picture is that shows what is the matter; nil where none is kept.
    func picture(of condition: ConditionReport) -> String? {
        condition.frame.flatMap { shown.contains($0) ? $0.picturePath : nil }
    }

    /// What was spent of the budget, 0 to 1 and beyond.
    var budgetShare: Double {
        status.limits.budget > 0 ? Double(disk.used) / Double(status.limits.budget) : 0
    }
}

/// What the routes are made of.
struct SiteParts: Sendable {
    let settings: SiteSettings
    let store: Store
    let controls: any Controls
    let now: @Sendable () -> Instant
    let origin = SameOrigin()
    let flashes = Flashes()
    let time: LocalTime
    let day: DayFigures
    let shelf: NowShelf

    /// - Parameter patience: see ``DayFigures`` and ``NowShelf``.
    init(
        settings: SiteSettings, store: Store, controls: any Controls, patience: Int = 20,
        now: @escaping @Sendable () -> Instant
    ) {
        self.settings = settings
        self.store = store
        self.controls = controls
        self.now = now
        time = LocalTime(settings.timeZone)
        day = DayFigures(store, patience: patience)
        shelf = NowShelf(patience: patience)
    }
}
