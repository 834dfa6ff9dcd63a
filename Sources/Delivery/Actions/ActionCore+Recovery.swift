import Synchronization
internal import Vocabulary

extension ActionCore {
    func recover(isArmed: Bool) -> [(detection: DetectionID, report: ActionReport)] {
        let now = clock()
        for entry in journal.entries() where entry.started != nil {
            let age = entry.intent.age(now: now, boot: journal.boot)
            state.withLock { $0.ledgers[entry.intent.action]?.restore(startAt: now.monotonic - age) }
        }
        return journal.entries().filter { $0.ended == nil }.map { entry in
            let intent = entry.intent
            let report = recovered(entry, isArmed: isArmed, now: now)
            if report.state.isFinal { journal.append(.ended(intent.key, report)) }
            return (intent.detection, report)
        }
    }

    private func recovered(_ entry: JournalState.Entry, isArmed: Bool, now: Moment) -> ActionReport {
        let intent = entry.intent
        var report = ActionReport(name: intent.action, state: .failed, started: entry.started)
        if entry.started != nil {
            report.reason = "Rooster ended while it ran; how it ended is not known"
            return report
        }
        guard let left = intent.timeLeft(now: now, boot: journal.boot) else {
            report.state = .expired
            report.reason = "Rooster ended before its start was on record, and came back when it was stale"
            return report
        }
        if !isArmed {
            report.state = .heldBack
            report.reason = Clause.disarmed.rawValue
            return report
        }
        return admit(intent.due(now: now, timeLeft: left, boot: journal.boot), now: now)
    }
}
