import Vocabulary

extension Question {
    /// Passes where the action can start, or wait its turn.
    func busy() -> Answer {
        guard let load else { return (true, "none running") }
        let waiting = load.queueLimit > 0 ? ", \(load.queued) of \(load.queueLimit) waiting" : ""
        return (!load.isBusy, "\(load.running) of \(load.atOnce) running\(waiting)")
    }
}

extension ActionLoad {
    /// Counts one more that is due.
    mutating func addOne() {
        if running < atOnce { running += 1 } else { queued += 1 }
        startedInWindow += 1
    }
}
