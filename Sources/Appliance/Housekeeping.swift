import Capture
import Logging
import Rules
import Store
import Vocabulary

/// What has to be done now and then beside the frames: ending visits, keeping what rules remember, retention, removing
/// originals, arming again.
struct Housekeeping: Sendable {
    let store: Store
    let rules: RuleKeeper
    let queue: ReportQueue
    let settings: CurrentSettings
    let originals: Originals
    let watcher: Watcher
    let arming: Arming
    let ages: AgeKeeper
    let logger: Logger

    private static let step = Duration.seconds(1)
    private static let keepRulesEvery = 10
    private static let sweepEvery = 60

    /// Works until it is cancelled.
    func run() async {
        var seconds = 0
        var states: [String: SourceStatus.State] = [:]
        while !Task.isCancelled {
            try? await Task.sleep(for: Housekeeping.step)
            seconds += 1
            queue.put(endedVisits: rules.withLock { endedVisits(state: &$0, now: Clock.now()) })
            _ = await originals.removeAll(store)
            tellChanges(&states)
            ages.note(Clock.now())
            if seconds % Housekeeping.keepRulesEvery == 0 {
                if await store.returnToDisk(now: Clock.now().wall) { await returned() }
                await rules.keep(in: store)
            }
            if seconds % Housekeeping.sweepEvery == 0 { await sweep() }
        }
        await rules.keep(in: store)
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
