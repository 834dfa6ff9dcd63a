import Foundation
import TestSupport
import Testing

/// The small versions of the campaigns (scripts/campaign): a quarter of a minute each, against the program as it was built.
@Suite(.serialized, .enabled(if: Program.hasPython, "python3 is not installed: sudo apt-get install python3"))
struct CampaignTests {
    /// Runs a campaign; what it prints says what did not hold.
    @Test(arguments: [
        "kill", "overload", "neighbours", "soak", "disk-full", "io-errors", "vanish", "clock", "registry",
    ])
    func theSmallCampaignHolds(campaign: String) throws {
        let process = Process()
        process.executableURL = SharedData.repository.appending(path: "scripts/campaign")
        process.arguments = [campaign, "--small", "--rooster", Program.path]
        let home = try TemporaryDirectory()
        let output = home.url.appending(path: "output")
        FileManager.default.createFile(atPath: output.path, contents: nil)
        let handle = try FileHandle(forWritingTo: output)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOf: output, encoding: .utf8)
        if process.terminationStatus == Program.skipped {
            print("\(campaign): \(text)")
            return
        }
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains(" passed, 0 failed"), "\(text)")
    }
}

extension Program {
    /// The exit status of a campaign that is not possible here: mounting needs root.
    static let skipped: Int32 = 77

    /// Campaigns are written in Python.
    static let hasPython = ProcessInfo.processInfo.environment["PATH", default: "/usr/bin"].split(separator: ":")
        .contains { access("\($0)/python3", X_OK) == 0 }
}
