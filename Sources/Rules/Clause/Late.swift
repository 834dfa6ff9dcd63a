extension Question {
    /// Passes where no newer frame of the source was decided before.
    func late() -> Answer {
        isLate ? (false, "a newer frame of \(frame.source) is already decided") : (true, "newest of \(frame.source)")
    }
}
