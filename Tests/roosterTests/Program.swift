import Foundation
import TestSupport
import Testing

/// The built program, run as its owner runs it.
struct Program {
    /// What a finished run left.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String

        var lines: [String] { output.split(separator: "\n").map(String.init) }

        /// The JSON objects of the output, one a line.
        func objects() throws -> [[String: Any]] {
            try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:] }
        }
    }

    /// Where `swift build` put it: beside the test bundle.
    static let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "rooster")
        .path

    /// Runs a command to its end, two minutes at most.
    static func run(_ arguments: String..., directory: URL? = nil) throws -> Outcome {
        try run(arguments, directory: directory)
    }

    /// Runs a command that must succeed.
    static func succeed(_ arguments: String...) throws {
        let outcome = try run(arguments)
        #expect(outcome.status == 0, "\(arguments): \(outcome.errors)")
    }

    /// Runs a command given as a list.
    static func run(_ arguments: [String], directory: URL? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = directory }
        let home = try TemporaryDirectory()
        let (output, errors) = (home.url.appending(path: "out"), home.url.appending(path: "err"))
        for file in [output, errors] { FileManager.default.createFile(atPath: file.path, contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let limit = Date().addingTimeInterval(120)
        while process.isRunning && Date() < limit { usleep(5_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }
}

/// A running daemon with settings, state and capture directory of its own.
final class Daemon {
    let home: TemporaryDirectory
    let settings: String
    let port: Int
    private(set) var process = Process()
    private let errors: URL

    /// Writes the settings; `more` is YAML below `sources`, `source` and `http` go into theirs.
    init(_ more: String = "", source: String = "", http: String = "") throws {
        home = try TemporaryDirectory()
        port = Program.anyPort()
        settings = home.path("rooster.yaml")
        errors = home.url.appending(path: "errors")
        try FileManager.default.createDirectory(atPath: home.path("capture"), withIntermediateDirectories: true)
        FileManager.default.createFile(atPath: errors.path, contents: nil)
        let text = """
            storage: {directory: \(home.path("state")), keep_free: 1MB}
            http: {listen: "127.0.0.1:\(port)"\(http)}
            sources:
              - {name: yard, directory: \(home.path("capture"))\(source)}
            \(more)
            """
        try text.write(toFile: settings, atomically: true, encoding: .utf8)
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Starts it and waits until it answers.
    func start() async throws {
        struct Ended: Error { var log: String }
        let before = log.count
        process = Process()
        process.executableURL = URL(filePath: Program.path)
        process.arguments = ["run", "--settings", settings]
        let handle = try FileHandle(forWritingTo: errors)
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Its own words, not only an answer: another program may hold the port.
        try await until("the daemon answers") {
            guard self.process.isRunning else { throw Ended(log: self.log) }
            guard self.log.dropFirst(before).contains("watching") else { return false }
            return (try? await self.get("/healthz"))?.isEmpty == false
        }
    }

    /// Copies a demo photo into the capture directory, as a camera writes it.
    func shoot(_ photo: String, as name: String) throws {
        let from = SharedData.repository.appending(path: "scripts/demo-photos/\(photo)")
        try Data(contentsOf: from).write(to: home.url.appending(path: "capture/\(name)"))
    }

    /// What a page of the site says.
    func get(_ path: String) async throws -> Data {
        let process = try Program.curl(["--silent", "--fail", "--max-time", "10", "http://127.0.0.1:\(port)\(path)"])
        return process
    }

    /// The items of a list of the API.
    func items(_ path: String) async throws -> [[String: Any]] {
        let page = try JSONSerialization.jsonObject(with: try await get(path)) as? [String: Any]
        return page?["items"] as? [[String: Any]] ?? []
    }

    /// Sends a signal and waits for the end.
    func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
        kill(process.processIdentifier, signal)
        try await until("the daemon ends") { !self.process.isRunning }
        return process.terminationStatus
    }

    /// What it printed so far.
    var log: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }
}

extension Program {
    /// A port that nobody is likely to hold: below the range that the system takes those of outgoing connections from.
    static func anyPort() -> Int { Int.random(in: 20_000..<32_000) }

    /// A real HTTP client.
    static func curl(_ arguments: [String]) throws -> Data {
        struct Failed: Error { var status: Int32 }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/curl")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
        return data
    }
}

/// Waits until a condition holds, half two minutes at most.
func until(_ what: String, _ condition: () async throws -> Bool) async throws {
    struct TooLate: Error { var what: String }
    let limit = ContinuousClock.now + .seconds(120)
    while try await !condition() {
        guard ContinuousClock.now < limit else { throw TooLate(what: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}
