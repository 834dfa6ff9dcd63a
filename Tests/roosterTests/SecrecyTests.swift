import Foundation
import TestSupport
import Testing

/// The whole program keeps its secrets, and takes down who changed what.
@Suite(.serialized) struct SecrecyTests {
    private static let token = "xK9-very-long-random-word-42"

    @Test func theTokenIsNowhereButInItsFile() async throws {
        let files = try TemporaryDirectory()
        try Data("\(Self.token)\n".utf8).write(to: files.url.appending(path: "token"))
        chmod(files.path("token"), 0o600)
        try "#!/bin/sh\n(env; cat; cat /proc/$PPID/cmdline) >>\"\(files.path("told"))\"\n"
            .write(toFile: files.path("tell"), atomically: false, encoding: .utf8)
        chmod(files.path("tell"), 0o755)
        let daemon = try Daemon(
            """
            rules: [{name: anyone, labels: ["group:animals"], probability: 0.5, action: tell}]
            actions: [{name: tell, command: [\(files.path("tell"))]}]
            """, http: ", token_file: \(files.path("token"))")
        try await daemon.start()
        try daemon.shoot("02-house-finch.jpg", as: "one.jpg")
        try await until("the action was told") {
            (try? String(contentsOfFile: files.path("told"), encoding: .utf8))?.contains("deadline_left_ms") == true
        }
        func get(_ path: String) throws -> String {
            String(
                decoding: try Program.curl([
                    "--silent", "--fail", "--max-time", "20", "--header", "Authorization: Bearer \(Self.token)",
                    "http://127.0.0.1:\(daemon.port)\(path)",
                ]), as: UTF8.self)
        }
        _ = try Program.curl([
            "--silent", "--output", "/dev/null", "--header", "Authorization: Bearer \(Self.token)x",
            "http://127.0.0.1:\(daemon.port)/",
        ])
        #expect(try Program.run("disarm", "--settings", daemon.settings).status == 0)
        for path in [
            "/", "/live", "/api/v1/status", "/api/v1/frames", "/api/v1/detections", "/api/v1/audit", "/metrics",
            "/feed.json", "/feed.atom",
        ] {
            let text = try get(path)
            #expect(!text.isEmpty && !text.contains(Self.token), "\(path)")
        }
        for command in [["check", "--explain"], ["doctor"], ["detections", "--json"], ["doctor", "--json"]] {
            let outcome = try Program.run(command + ["--settings", daemon.settings])
            #expect(!(outcome.output + outcome.errors).contains(Self.token), "\(command)")
        }
        let told = try String(contentsOfFile: files.path("told"), encoding: .utf8)
        #expect(told.contains("ROOSTER_RULE=anyone") && !told.contains(Self.token))
        #expect(try get("/api/v1/audit").contains(#""who":{"address":"127.0.0.1","token":true,"way":"command_line"}"#))
        _ = try await daemon.stop()
        #expect(daemon.log.contains("summary") && !daemon.log.contains(Self.token))
    }

    @Test func changesAreTakenDownAndOutliveAKill() async throws {
        let daemon = try Daemon("rules: [{name: anyone, labels: [\"group:animals\"], probability: 0.5}]")
        try await daemon.start()
        try daemon.shoot("02-house-finch.jpg", as: "one.jpg")
        try await until("it is seen") { try await !daemon.items("/api/v1/detections").isEmpty }
        let id = try #require(try await daemon.items("/api/v1/detections").first?["id"] as? String)
        #expect(try Program.run("disarm", "--for", "2h", "--settings", daemon.settings).status == 0)
        #expect(try Program.run("correct", id, "jay", "--settings", daemon.settings).status == 0)
        let text = try String(contentsOfFile: daemon.settings, encoding: .utf8)
        try text.replacingOccurrences(of: "probability: 0.5", with: "probability: 0.7")
            .write(toFile: daemon.settings, atomically: true, encoding: .utf8)
        kill(daemon.process.processIdentifier, SIGHUP)
        try await until("the reload is taken down") { try await daemon.items("/api/v1/audit").count == 3 }
        _ = try await daemon.stop(SIGKILL)
        try await daemon.start()
        let changes = try await daemon.items("/api/v1/audit")
        #expect(changes.map { $0["what"] as? String } == ["reload", "correct", "disarm"])
        #expect(
            changes.map { ($0["who"] as? [String: Any])?["way"] as? String } == [
                "signal", "command_line", "command_line",
            ])
        #expect(changes[0]["from"] as? String == "rules[anyone].probability: 0.5")
        #expect(changes[0]["to"] as? String == "rules[anyone].probability: 0.7")
        #expect(changes[1]["subject"] as? String == id)
        #expect(changes[1]["to"] as? String == "jay")
        #expect(changes[2]["from"] as? String == "armed")
        #expect((changes[2]["to"] as? String)?.hasPrefix("off until 20") == true)
        _ = try await daemon.stop()
    }
}
