import Delivery

/// `rooster doctor`: looks for the usual reasons why nothing happens. Changes nothing, asks nobody but this machine.
public struct Doctor {
    /// What became of it.
    public enum Verdict: Int32, Sendable {
        /// Nothing is at fault.
        case well = 0
        /// Something is.
        case faults = 1
        /// The settings are: Rooster would not start with them.
        case wrongSettings = 2
    }

    private let installation: Installation
    private let network: Bool

    /// - Parameter network: whether the servers of channels are asked.
    public init(_ installation: Installation, network: Bool) {
        self.installation = installation
        self.network = network
    }

    /// Runs every check in the order of ``Check/all``.
    /// - Parameters:
    ///   - busy: told what is being done before what may take longer than a second.
    ///   - report: told each finding as it is made.
    public func run(busy: (String) -> Void, report: (Finding) -> Void) async -> Verdict {
        let examination = await Examination(installation, network: network)
        var verdict = Verdict.well
        for check in Check.all {
            if let work = check.work { busy(work) }
            for var finding in await check.run(examination) {
                finding.check = check.name
                report(finding)
                guard finding.mark == .fault, verdict != .wrongSettings else { continue }
                verdict = check.name == Check.settings.name ? .wrongSettings : .faults
            }
        }
        return verdict
    }
}
