import Vocabulary

extension Question {
    /// Passes while the frame is young enough to act on.
    func stale() -> Answer {
        let age = now.monotonic - completed
        return (age <= frame.staleAfter, "\(said(max(.zero, age))) old, \(said(frame.staleAfter)) allowed")
    }
}
