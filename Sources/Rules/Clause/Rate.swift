import Vocabulary

extension Question {
    /// Passes while the action has been started less often than it may.
    func rate() -> Answer {
        guard let load else { return (true, "no limit known") }
        return (!load.isRateExceeded, "\(load.startedInWindow) started, \(load.atMost) allowed")
    }
}
