import ArgumentParser
import Foundation

/// Times the stages of a frame's way in turn: `scripts/benchmarks`.
@main
struct Benchmarks: AsyncParsableCommand {
    @Argument(help: "Only those whose name contains this.")
    var filter: String?
    @Option(help: "How often each is timed.")
    var rounds = 200
    @Option(help: "A JPEG.")
    var photo = "scripts/demo-photos/09-grey-fox.jpg"

    func validate() throws {
        guard (1...100_000).contains(rounds) else { throw ValidationError("--rounds must be 1 to 100000") }
    }

    func run() async throws {
        let directory = NSTemporaryDirectory() + "rooster-benchmarks-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let all = try FramePath(photo: photo, models: "models", directory: directory).benchmarks()
        let wanted = all.filter { filter.map($0.name.contains) ?? true }
        print("\("µs".padding(toLength: 40, withPad: " ", startingAt: 0))      p50      p99    least")
        for timing in try await time(wanted, rounds: rounds) {
            let figures = [0.5, 0.99, 0].map { String(format: "%8.1f", timing.percentile($0)) }
            print(timing.name.padding(toLength: 40, withPad: " ", startingAt: 0), figures.joined(separator: " "))
        }
    }
}
