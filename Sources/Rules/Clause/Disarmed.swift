extension Question {
    /// Passes while the owner lets the appliance act.
    func disarmed() -> Answer { circumstances.armed ? (true, "armed") : (false, "the appliance is disarmed") }
}
