import Capture
import Logging
import Rules
import Store
import Vocabulary

/// What has to be done now and then beside the frames: ending visits, keeping what rules remember, watching over the
/// cameras, retention, removing originals, arming again.
struct Housekeeping: Sendable {
    let store: Store
    let rules: RuleKeeper
    let queue: ReportQueue
    let settings: CurrentSettings
    let originals: Originals
    let recorder: Recorder
    let watcher: Watcher
    let backlog: Backlog
    let inputWatch: InputWatch
    let arming: Arming
    let ages: AgeKeeper
    let logger: Logger

    private static let step = Duration.seconds(1)
    private static let keepRulesEvery = 10
    private static let keepInputEvery = 60
    private static let sweepEvery = 60

    /// Works until it is cancelled.
    func run() async {
        var seconds = 0
        var states: [String: SourceStatus.State] = [:]
        var clockTrouble: String?
        var health = store.health
        var refused: Set<String> = []
        while !Task.isCancelled {
            try? await Task.sleep(for: Housekeeping.step)
            seconds += 1
            queue.put(endedVisits: rules.withLock { endedVisits(state: &$0, now: Clock.now()) })
            await recorder.settleOwed()
            await store.lookForOthers()
            await store.retry()
            findLacking()
            let directories = settings.now.deletingDirectories
            _ = await originals.removeAll(
                store, of: directories, alsoRefused: seconds % Housekeeping.sweepEvery == 0)
            tellRefusals(originals.refusals(directories), &refused)
            tellChanges(&states)
            tellHealth(&health)
            await watchInput(&clockTrouble)
            ages.note(Clock.now())
            if seconds % Housekeeping.keepRulesEvery == 0 {
                if await store.returnToDisk(now: Clock.now().wall) { await returned() }
                await store.lookAtFiles()
                await rules.keep(in: store)
            }
            if seconds % Housekeeping.keepInputEvery == 0 { await inputWatch.keep(in: store) }
            if seconds % Housekeeping.sweepEvery == 0 { await sweep() }
        }
        await rules.keep(in: store)
        await inputWatch.keep(in: store)
    }

    /// Frames that were answered and did not come on record, because the disk was slow or away for too long, are found again.
    private func findLacking() {
        guard store.health.isWell else { return }
        for frame in queue.takeLacking() + store.takeGivenUp() { backlog.giveBack(frame) }
    }

    /// The record, which could not be opened at the start, is on the disk: who is armed there holds, unless somebody said
    /// otherwise meanwhile.
    private func returned() async {
        logger.notice("the record can be written; what was taken down in memory is on the disk")
        if arming.wasSet {
            try? await store.setArmed(arming.now)
        } else if let kept = try? await store.armedState() {
            arming.set(kept)
        }
    }

    /// Logs a source that cannot be watched, and one that can be again.
    private func tellChanges(_ states: inout [String: SourceStatus.State]) {
        for status in watcher.status() {
            let before = states.updateValue(status.state, forKey: status.name) ?? .starting
            guard status.state != before else { continue }
            switch status.state {
            case .starting: break
            case .watching, .polling:
                if before != .starting { logger.notice("source is back", metadata: ["source": "\(status.name)"]) }
            case .missing, .noRights, .failing, .hanging:
                logger.warning(
                    "\(status.message ?? "source cannot be watched")", metadata: ["source": "\(status.name)"])
            }
        }
    }

    /// Logs a source whose photos are to be deleted and cannot be.
    private func tellRefusals(_ refusals: [Refusal], _ told: inout Set<String>) {
        for refusal in refusals where !told.contains(refusal.source) {
            logger.warning("photos cannot be deleted", metadata: ["reason": "\(refusal.sentence)"])
        }
        told = Set(refusals.map(\.source))
    }

    /// Logs that records do not reach the disk, that they do again, and that a damaged record was put aside.
    private func tellHealth(_ before: inout StoreHealth) {
        let now = store.health
        if let aside = now.setAside.first, aside != before.setAside.first {
            logger.error(
                "the record was damaged and put aside; a new one begins",
                metadata: ["reason": "\(aside.reason)", "path": "\(aside.path)"])
        }
        if let fault = now.fault, fault.kind != before.fault?.kind {
            logger.warning("records cannot be written; they wait in memory", metadata: ["reason": "\(fault.message)"])
        } else if now.fault == nil, before.fault != nil {
            logger.notice("records can be written again", metadata: ["waiting": "\(now.waiting)"])
        }
        before = now
    }

    /// Takes down, tells and logs what changed about the cameras, and a clock of this machine that cannot be right.
    private func watchInput(_ clockTrouble: inout String?) async {
        let now = Clock.now()
        let inForce = settings.now
        let changes = inputWatch.turn(
            now: now, sources: inForce.sources, statuses: watcher.status(), isBehind: backlog.count > 0)
        // What ends because its source left the settings is taken down and told to nobody.
        let known = changes.filter { inForce.sources[$0.source] != nil }
        let dismissed = changes.filter { inForce.sources[$0.source] == nil }
        for (reports, publications) in [(known, inForce.publications), (dismissed, [])] where !reports.isEmpty {
            await store.record(conditions: reports, publications: publications, at: now.wall)
        }
        for change in changes {
            let level: Logger.Level = change.condition.isTrouble && change.until == nil ? .warning : .notice
            logger.log(
                level: level,
                "\(change.until == nil ? "camera: it is" : "camera: it is no longer") \(change.condition.word)",
                metadata: [
                    "source": "\(change.source)", "since": "\(change.since)", "reason": "\(change.detail)",
                ])
        }
        let trouble = inputWatch.clockTrouble(at: now)
        if let trouble, clockTrouble == nil {
            logger.warning("the clock of this machine is wrong", metadata: ["reason": "\(trouble)"])
        } else if trouble == nil, clockTrouble != nil {
            logger.notice("the clock of this machine was set")
        }
        clockTrouble = trouble
    }

    private func sweep() async {
        var limits = settings.now.retention
        if ages.doubt != nil {
            limits.keepFrames = AgeKeeper.forEver
            limits.keepRecords = AgeKeeper.forEver
        }
        await ages.keep(in: store)
        do {
            var report = try await store.sweep(limits, now: Clock.now().wall)
            while report.isUnfinished && !Task.isCancelled {
                report = try await store.sweep(limits, now: Clock.now().wall)
            }
            if report.isOverBudget {
                logger.warning("storage is over its budget and nothing more can be removed")
            }
        } catch {
            logger.warning("retention failed", metadata: ["reason": "\(error)"])
        }
    }
}
