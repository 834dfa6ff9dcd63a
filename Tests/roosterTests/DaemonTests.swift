import Foundation
import TestSupport
import Testing

/// The whole program on real photos: a file in, an action out, a record, a feed.
@Suite(.serialized) struct DaemonTests {
    private static let rules = """
        groups: {robbers: ["grey fox", kite]}
        rules:
          - {name: robber, labels: ["group:robbers"], probability: 0.6, cooldown: 1ms, action: note}
          - {name: anyone, labels: ["group:animals"], probability: 0.5}
        """

    private static func settings(_ script: String) -> String {
        "\(rules)\nactions:\n  - {name: note, command: [\(script), \"{label}\"], when_busy: queue, at_most: 1000/h}\n"
            + "  - {name: broken, command: [\"/bin/false\"]}\n"
    }

    /// A program that appends what it was told to a file beside it.
    private static func script(in home: TemporaryDirectory) throws -> String {
        let path = home.path("note")
        let text = """
            #!/bin/sh
            echo "$1|$ROOSTER_DETECTION|$ROOSTER_RULE|$ROOSTER_SOURCE|$ROOSTER_PICTURE" >>"\(home.path("notes"))"
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o755)
        return path
    }

    private static func notes(in home: TemporaryDirectory) -> [[String]] {
        let text = (try? String(contentsOfFile: home.path("notes"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
    }

    @Test func aPhotoBecomesAnActionADetectionAVisitAndAFeedItem() async throws {
        let scripts = try TemporaryDirectory()
        let daemon = try Daemon(Self.settings(try Self.script(in: scripts)))
        try await daemon.start()
        try daemon.shoot("09-grey-fox.jpg", as: "one.jpg")
        try await until("the action ran") { !Self.notes(in: scripts).isEmpty }

        let note = try #require(Self.notes(in: scripts).first)
        #expect(note[0] == "grey fox")
        #expect(note[2] == "robber")
        #expect(note[3] == "yard")
        #expect(note[4] == daemon.home.path("capture/one.jpg"))

        try await until("it is on record as done") {
            let detections = try await daemon.items("/api/v1/detections")
            return detections.contains { ($0["action"] as? [String: Any])?["state"] as? String == "done" }
        }
        let detections = try Program.run("detections", "--json", "--settings", daemon.settings).objects()
        #expect(detections.count == 2)
        let robber = try #require(detections.first { $0["rule"] as? String == "robber" })
        #expect(robber["id"] as? String == note[1])
        #expect(robber["model"] as? String == "efficientnet-lite0/2")
        #expect((robber["latency_ms"] as? Double ?? 0) > 0)

        let feed = try JSONSerialization.jsonObject(with: try await daemon.get("/feed.json")) as? [String: Any]
        let item = try #require((feed?["items"] as? [[String: Any]])?.first)
        #expect((item["title"] as? String ?? "").lowercased().contains("grey fox"))
        #expect(try await daemon.stop() == 0)
        #expect(daemon.log.contains("summary: 1 frame; "))
    }

    @Test func killedAtAnyMomentItRecordsEachFrameOnceAndStartsEachActionOnce() async throws {
        let scripts = try TemporaryDirectory()
        let daemon = try Daemon(Self.settings(try Self.script(in: scripts)))
        var shot = 0
        for life in 0..<4 {
            try await daemon.start()
            for _ in 0..<6 {
                shot += 1
                try daemon.shoot(shot % 2 == 0 ? "09-grey-fox.jpg" : "02-house-finch.jpg", as: "\(shot).jpg")
                try await Task.sleep(for: .milliseconds(10 + 15 * life))
            }
            if life < 3 { _ = try await daemon.stop(SIGKILL) }
        }
        try await until("all frames are recorded") {
            try await daemon.items("/api/v1/frames?limit=500").filter { $0["state"] as? String == "recorded" }.count
                == 24
        }
        let frames = try await daemon.items("/api/v1/frames?limit=500")
        #expect(Set(frames.compactMap { $0["id"] as? String }).count == 24)
        let detections = try await daemon.items("/api/v1/detections?limit=500")
        let robbers = detections.filter { $0["rule"] as? String == "robber" }
        #expect(robbers.count == 12)
        let started = Self.notes(in: scripts).map { $0[1] }
        let repeated = started.count - Set(started).count
        #expect(repeated <= 3, "an action may start twice only where the process died between start and record")
        for robber in robbers {
            let action = robber["action"] as? [String: Any]
            #expect(action?["state"] != nil, "a due action is started or accounted for")
        }
        _ = try await daemon.stop()
    }

    @Test func aFrameThatIsDecidedAgainAfterACrashKeepsWhatItsActionDid() async throws {
        let scripts = try TemporaryDirectory()
        let settings = Self.settings(try Self.script(in: scripts))
            .replacingOccurrences(of: "cooldown: 1ms", with: "cooldown: 1h")
        let daemon = try Daemon(settings, source: ", stale_after: 1d")
        try await daemon.start()
        try daemon.shoot("09-grey-fox.jpg", as: "one.jpg")
        try await until("it is on record as done") { try await Self.robber(daemon) == "done" }
        _ = try await daemon.stop(SIGKILL)
        // As a power cut leaves it: the record lost its last moments, the journal of intents did not.
        for suffix in ["", "-wal", "-shm"] { unlink(daemon.home.path("state/rooster.sqlite\(suffix)")) }
        try await daemon.start()
        try await until("it is on record again") { try await Self.robber(daemon) != nil }
        #expect(try await Self.robber(daemon) == "done", "its own cool-down must not make it one that was held back")
        #expect(Self.notes(in: scripts).count == 1)
        _ = try await daemon.stop()
    }

    /// The state of the action of the only robber on record; nil where there is none.
    private static func robber(_ daemon: Daemon) async throws -> String? {
        let detections = try await daemon.items("/api/v1/detections").filter { $0["rule"] as? String == "robber" }
        return (detections.first?["action"] as? [String: Any])?["state"] as? String
    }

    @Test func aBrokenPhotoIsQuarantinedWithAReasonAndTheNextOneIsAnswered() async throws {
        let daemon = try Daemon(Self.rules.replacingOccurrences(of: ", action: note", with: ""))
        try await daemon.start()
        let capture = daemon.home.url.appending(path: "capture")
        try Data("<html>not found</html>".utf8).write(to: capture.appending(path: "error.jpg"))
        try Data().write(to: capture.appending(path: "empty.jpg"))
        try daemon.shoot("02-house-finch.jpg", as: "good.jpg")
        try await until("all three are recorded") { try await daemon.items("/api/v1/frames").count == 3 }
        let frames = try await daemon.items("/api/v1/frames")
        let quarantined = frames.filter { $0["state"] as? String == "quarantined" }
        #expect(quarantined.count == 2)
        #expect(quarantined.allSatisfy { ($0["reason"] as? String ?? "").isEmpty == false })
        _ = try await daemon.stop()
    }

    @Test func disarmedItSeesAndHoldsBackAcrossARestart() async throws {
        let scripts = try TemporaryDirectory()
        let daemon = try Daemon(Self.settings(try Self.script(in: scripts)))
        try await daemon.start()
        try Program.succeed("disarm", "--for", "2h", "--settings", daemon.settings)
        #expect(try await daemon.stop() == 0)
        try await daemon.start()
        try daemon.shoot("09-grey-fox.jpg", as: "one.jpg")
        try await until("it is recorded") { try await daemon.items("/api/v1/detections").count == 2 }
        let robber = try #require(
            try await daemon.items("/api/v1/detections").first { $0["rule"] as? String == "robber" })
        let action = try #require(robber["action"] as? [String: Any])
        #expect(action["state"] as? String == "held_back")
        #expect(Self.notes(in: scripts).isEmpty)
        try Program.succeed("arm", "--settings", daemon.settings)
        let tested = try Program.run("action", "test", "note", "--settings", daemon.settings)
        #expect(tested.status == 0, "\(tested.errors)")
        #expect(tested.output.hasPrefix("note is done (exit 0"), "\(tested.output)")
        let failed = try Program.run("action", "test", "broken", "--settings", daemon.settings)
        #expect(failed.status == 1)
        #expect(failed.output.contains("broken failed: exit status 1"), "\(failed.output)")
        try await until("the test ran") { Self.notes(in: scripts).count == 1 }
        let id = try #require(robber["id"] as? String)
        try Program.succeed("correct", id, "magpie", "--settings", daemon.settings)
        let corrected = try Program.run("detections", "--json", "--settings", daemon.settings).objects()
        #expect(corrected.first { $0["id"] as? String == id }?["correction"] as? String == "magpie")
        _ = try await daemon.stop()
    }

    @Test func originalsAreDeletedOnceRecordedAndKeptAlsoThoseOfAnEarlierLife() async throws {
        let daemon = try Daemon(
            "rules: [{name: anyone, labels: [\"group:animals\"], probability: 0.5}]", source: ", after: delete")
        try await daemon.start()
        try daemon.shoot("02-house-finch.jpg", as: "one.jpg")
        let capture = daemon.home.path("capture")
        try await until("the original is gone") {
            try FileManager.default.contentsOfDirectory(atPath: capture).isEmpty
        }
        let frame = try #require(try await daemon.items("/api/v1/frames").first)
        let picture = try #require(frame["picture"] as? String)
        let photo = SharedData.repository.appending(path: "scripts/demo-photos/02-house-finch.jpg")
        #expect(try await daemon.get(picture) == Data(contentsOf: photo))
        try Data("not a photo".utf8).write(to: URL(filePath: "\(capture)/bad.jpg"))
        try await until("it is quarantined") { try await daemon.items("/api/v1/frames").count == 2 }
        _ = try await daemon.stop()
        #expect(try FileManager.default.contentsOfDirectory(atPath: capture) == ["bad.jpg"], "quarantined files stay")
    }

    @Test func changedSettingsAreTakenAndWrongOnesAreRefused() async throws {
        let daemon = try Daemon("rules: [{name: anyone, labels: [\"group:animals\"], probability: 0.5}]")
        try await daemon.start()
        let text = try String(contentsOfFile: daemon.settings, encoding: .utf8)
        try text.replacingOccurrences(of: "name: anyone", with: "name: everyone")
            .write(toFile: daemon.settings, atomically: true, encoding: .utf8)
        try Program.succeed("reload", "--settings", daemon.settings)
        try daemon.shoot("02-house-finch.jpg", as: "one.jpg")
        try await until("the new rule saw it") {
            try await daemon.items("/api/v1/detections").first?["rule"] as? String == "everyone"
        }
        // Only the daemon may see this: the command reads the file too, and would refuse it itself.
        let port = daemon.port
        try text.replacingOccurrences(of: "rules:", with: "rulez:")
            .write(toFile: daemon.settings, atomically: true, encoding: .utf8)
        kill(daemon.process.processIdentifier, SIGHUP)
        try await until("the fault is shown") { daemon.log.contains("rulez") }
        let page = try Program.curl(["--silent", "http://127.0.0.1:\(port)/"])
        #expect(String(decoding: page, as: UTF8.self).contains("rulez"))
        _ = try await daemon.stop()
    }
}
