import Appliance
import ArgumentParser

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Watch the sources, classify, act, record and publish until stopped.",
        discussion: """
            Example: rooster run --settings /etc/rooster/rooster.yaml
            SIGTERM and Ctrl-C stop it in order, SIGHUP (or rooster reload) takes changed settings.
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let installation = try common.installation()
        if let other = StateOwner(of: installation)?.other {
            fail(
                "the state belongs to \(other), who could not change what root records in it: sudo systemctl start rooster, or "
                    + "sudo -u \(other) rooster run")
            throw ExitCode.failure
        }
        let faults = installation.faults(starting: true)
        guard faults.isEmpty else {
            faults.forEach(fail)
            // With 2 systemd does not try again; a disk that is missing may come back, with what was taught.
            throw ExitCode(installation.stateIsAway ? 1 : 2)
        }
        do {
            try await Appliance(installation).run()
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }
}
