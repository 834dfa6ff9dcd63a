import Appliance
import ArgumentParser

struct Detections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what rules saw, newest first.",
        discussion: """
            Example: rooster detections --since 2h
                     rooster detections --follow --json | while read -r line; do ...; done
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: "At most so many. Without it: 20, or all since --since.")
    var limit: Int?
    @Option(help: "Only since then: a duration (2h, 7d) or an instant (2026-05-12T07:42:00Z).")
    var since: String?
    @Flag(help: "Go on printing new ones, oldest first, until stopped.")
    var follow = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        try checkSince(since)
    }

    func run() async throws {
        let reader = DetectionReader(try DaemonClient(common.installation()))
        let instant = since.flatMap { Words.instant($0) }
        do {
            let atMost = limit ?? (since == nil ? (follow ? 0 : 20) : Int.max)
            let past = try await reader.past(limit: atMost, since: instant)
            for detection in follow ? past.reversed() : past { show(line(detection)) }
            if follow { try await reader.follow { show(line($0)) } }
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }

    private func line(_ detection: DetectionLine) -> String { common.json ? detection.json : detection.words }
}
