import Capture
import Delivery
import Foundation
import Models
import Rules
import Settings
import Site
import Store
import Synchronization
import Vocabulary

/// Gathers what the page, `/metrics` and the summary show from those who know it.
final class StatusBoard: Sendable {
    /// Those who know.
    struct Sources: Sendable {
        let settings: CurrentSettings
        let settingsPath: String?
        let store: Store
        let arming: Arming
        let models: ModelDesk
        let laterCounts: LaterAnswers.Counts
        let watcher: Watcher
        let inputWatch: InputWatch
        let backlog: Backlog
        let latencies: LatencyBook
        let tally: Tally
        let dispatcher: ChannelDispatcher
        let journal: IntentJournal
        let reports: ReportQueue
        let owed: OwedPictures
        let ages: AgeKeeper
        let originals: Originals
        let started: Instant
    }

    private struct File {
        var loaded: Instant
        var fault: String?
    }

    private let from: Sources
    private let file: Mutex<File>

    init(_ sources: Sources) {
        from = sources
        file = Mutex(File(loaded: sources.started))
    }

    /// The settings were read again: taken, or refused with sentences.
    func settingsRead(fault: String?) {
        file.withLock { file in
            file.fault = fault
            if fault == nil { file.loaded = Clock.now().wall }
        }
    }

    /// The figures of now.
    func status() async -> ApplianceStatus {
        let inForce = from.settings.now
        let configuration = inForce.configuration
        let now = Clock.now()
        let file = file.withLock { $0 }
        let models = from.models.standing
        let version = models.version
        return ApplianceStatus(
            build: .init(version: Facts.number, commit: Facts.commit, instructionSet: Facts.instructionSet),
            started: from.started, unready: unready(), armed: from.arming.now,
            model: .init(
                id: version.id, digest: version.digest, labels: version.labels.names, trouble: models.trouble),
            otherModels: others(models),
            sources: sources(inForce, now: now.wall), latency: latency(),
            stages: from.latencies.stages().mapValues(Self.latency), missed: from.latencies.missed(),
            counts: from.tally.counts(intentsUnwritten: from.journal.health.failures), backlog: from.backlog.count,
            actions: configuration.actions.map { .init(name: $0.name, isDryRun: $0.dryRun) },
            channels: from.dispatcher.status().map { channel in
                .init(name: channel.name, kind: channel.kind, trouble: channel.trouble, since: channel.since)
            },
            idleRules: inForce.book.idleRules(with: version.labels).map {
                .init(name: $0, reason: "\(version.id) has none of its labels")
            },
            settings: .init(path: from.settingsPath, loaded: file.loaded, fault: file.fault),
            limits: inForce.retention, resident: residentBytes(), troubles: troubles())
    }

    /// Frames that wait to be decided: what `/api/v1/frames` shows as `backlog`.
    func backlogItems(limit: Int) -> [FrameItem] {
        from.backlog.newest(limit).map { claim in
            FrameItem(
                id: claim.id, time: claim.time, source: claim.identity.source, path: claim.path, state: .backlog)
        }
    }

    /// One line for the end of a run: what was answered and how fast.
    func summary() -> String {
        let counts = from.tally.counts(intentsUnwritten: 0)
        let recorded = counts.frames[.recorded] ?? 0
        var parts = [
            Words.count(recorded, "frame"), Words.count(counts.detections, "detection"),
            "\(counts.frames[.quarantined] ?? 0) quarantined",
            Words.count([.done, .failed, .timedOut, .dryRun].reduce(0) { $0 + (counts.actions[$1] ?? 0) }, "action"),
        ]
        if let total = from.latencies.total() {
            let figures = [("p50", total.p50), ("p95", total.p95), ("p99", total.p99), ("longest", total.longest)]
                .map { "\($0.0) \(Words.milliseconds($0.1.milliseconds))" }
            parts.append("file complete to action: \(figures.joined(separator: ", "))")
        }
        let missed = from.latencies.missed()
        let causes = missed.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        parts.append("missed deadlines: \(missed.isEmpty ? "0" : causes.joined(separator: ", "))")
        return "summary: \(parts.joined(separator: "; "))"
    }

    /// How it is, in one line: what `systemctl status` shows.
    func sentence() -> String {
        if let unready = unready() { return unready }
        let frames = from.tally.counts(intentsUnwritten: 0).frames[.recorded] ?? 0
        let typical = from.latencies.total().map { Words.milliseconds($0.p50.milliseconds) }
        let answered =
            frames == 1
            ? "1 frame since the start\(typical.map { ", within \($0)" } ?? "")"
            : "\(frames) frames since the start\(typical.map { ", half of them within \($0)" } ?? "")"
        return "\(answered); \(from.backlog.count) wait"
    }

    private func unready() -> String? {
        if let trouble = from.models.standing.trouble { return trouble }
        let statuses = from.watcher.status()
        let away = statuses.filter { $0.state != .watching && $0.state != .polling }
        if !statuses.isEmpty, away.count == statuses.count {
            return "no source can be watched: \(away.map { $0.message ?? $0.name }.joined(separator: "; "))"
        }
        if from.backlog.count > 100 { return "\(from.backlog.count) frames wait: the board is not fast enough" }
        return nil
    }

    private func sources(_ inForce: InForce, now: Instant) -> [ApplianceStatus.Source] {
        from.watcher.status().map { status in
            let state: ApplianceStatus.Source.State =
                switch status.state {
                case .watching, .polling: status.frames == 0 ? .waiting : .well
                case .starting: .waiting
                case .missing, .noRights, .failing, .hanging: .missing
                }
            let conditions = from.inputWatch.conditions(of: status.name)
            // What the watcher cannot do comes first: it knows at once that the directory is away.
            let worst = state == .missing ? nil : conditions.first
            return ApplianceStatus.Source(
                name: status.name, directory: status.directory, state: worst.map { .init($0.condition) } ?? state,
                since: worst?.since ?? status.since, sentence: worst?.detail ?? status.message,
                newest: status.lastFrame, deadline: inForce.sources[status.name]?.deadline ?? .seconds(1),
                frames: status.frames, conditions: conditions)
        }
    }

    private func troubles() -> [ApplianceStatus.Trouble] {
        var troubles: [ApplianceStatus.Trouble] = []
        if let trouble = from.inputWatch.clockTrouble(at: Clock.now()) {
            troubles.append(.init(title: "The clock of this machine is wrong", sentence: trouble))
        }
        let health = from.store.health
        if let fault = health.fault {
            let waiting = health.waiting > 0 ? " \(health.waiting) records wait in memory." : ""
            let directory = from.settings.now.configuration.storage.directory
            let isClosed = fault.kind == .readOnly && ReadOnlyMount.holds(directory)
            let mend = isClosed ? " \(ReadOnlyMount.mend(directory))." : ""
            troubles.append(
                .init(
                    title: "Records cannot be written",
                    sentence: "\(fault.message).\(mend) Photos are answered and actions fire.\(waiting)"))
        }
        if health.lost > 0 {
            troubles.append(
                .init(
                    title: "\(health.lost) records are lost",
                    sentence: "They did not fit into memory while the disk refused them."))
        }
        if let aside = health.setAside.first {
            troubles.append(
                .init(
                    title: "A damaged record was put aside",
                    sentence: "\(aside.reason). It lies at \(aside.path); a new one was begun.", isFault: false))
        }
        if from.owed.lost > 0 {
            troubles.append(
                .init(
                    title: "\(from.owed.lost) pictures were not kept",
                    sentence: "The disk refused them for too long. They are where the camera put them."))
        }
        let models = from.models.standing
        for veto in from.settings.now.book.blindVetoes(with: models.version.labels) {
            troubles.append(
                .init(title: "The veto of '\(veto.rule)' is blind", sentence: veto.sentence(models.version.id)))
        }
        for (role, reason) in models.troubles.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            troubles.append(
                .init(title: "The \(role) version cannot be loaded", sentence: "\(reason).", isFault: false))
        }
        if from.reports.dropped > 0 {
            troubles.append(
                .init(
                    title: "\(from.reports.dropped) frames were not recorded",
                    sentence:
                        "The disk is too slow. They were answered; their files are found again when there is time."))
        }
        for refusal in from.originals.refusals(from.settings.now.deletingDirectories) {
            troubles.append(
                .init(title: "Photos of \(refusal.source) cannot be deleted", sentence: refusal.sentence))
        }
        if let doubt = from.ages.doubt {
            troubles.append(.init(title: "The clock was set", sentence: doubt, isFault: false))
        }
        if let fault = from.journal.health.fault {
            troubles.append(.init(title: "Intents cannot be written", sentence: fault))
        }
        return troubles
    }

    private func others(_ models: ModelDesk.Standing) -> ApplianceStatus.OtherModels {
        let counts = from.laterCounts.now
        return ApplianceStatus.OtherModels(
            roles: models.others.map { .init(role: $0, id: $1.id, digest: $1.digest) }
                .sorted { $0.role.rawValue < $1.role.rawValue },
            answered: counts.answered, skipped: counts.skipped)
    }

    private func latency() -> ApplianceStatus.Latency {
        from.latencies.total().map(Self.latency) ?? ApplianceStatus.Latency()
    }

    private static func latency(_ figures: LatencyBook.Figures) -> ApplianceStatus.Latency {
        ApplianceStatus.Latency(
            count: Int(clamping: figures.count), sum: figures.sum, p50: figures.p50, p95: figures.p95,
            p99: figures.p99, most: figures.longest)
    }

    private func residentBytes() -> Int64 {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int64($0) })
        else { return 0 }
        return pages * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }
}
