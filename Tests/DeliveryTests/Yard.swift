import Foundation
import Synchronization
import TestSupport
import Vocabulary

@testable import Delivery

/// A directory with scripts, a journal, a client and a runner: what a test of actions needs. Close it at its end.
final class Yard: Sendable {
    let directory: TemporaryDirectory
    let client = HTTPClient(usesProxyOfEnvironment: false)
    let journal: IntentJournal
    let runner: ActionRunner

    init(
        _ actions: (TemporaryDirectory) throws -> [ActionSettings], in directory: TemporaryDirectory? = nil,
        environment: [String: String]? = nil, boot: String? = nil,
        clock: @escaping @Sendable () -> Moment = systemClock
    ) throws {
        self.directory = try directory ?? TemporaryDirectory()
        journal = IntentJournal(path: self.directory.path("intents"), boot: boot)
        let log = Log()
        self.logBox = log
        runner = ActionRunner(
            actions: try actions(self.directory), journal: journal, client: client, environment: environment,
            clock: clock
        ) { id, report in log.add(id, report) }
    }

    final class Log: Sendable {
        private let entries = Mutex<[(DetectionID, ActionReport)]>([])
        func add(_ id: DetectionID, _ report: ActionReport) { entries.withLock { $0.append((id, report)) } }
        var all: [(DetectionID, ActionReport)] { entries.withLock { $0 } }
    }

    private let logBox: Log

    /// What came through the callback, in order.
    var reports: [(DetectionID, ActionReport)] { logBox.all }

    /// Waits for the final report of a detection's action.
    func end(of due: DueAction, within time: Duration = .seconds(60)) async -> ActionReport? {
        func final() -> ActionReport? {
            reports.last { $0.0 == due.detection.id && $0.1.state.isFinal }?.1
        }
        _ = await eventually(within: time) { final() != nil }
        return final()
    }

    func close() {
        runner.close()
        client.close()
    }

    func read(_ name: String) -> String {
        (try? String(contentsOfFile: directory.path(name), encoding: .utf8)) ?? "(no file \(name))"
    }
}

extension TemporaryDirectory {
    /// Writes a script for /bin/sh that begins in this directory.
    func script(_ name: String, _ body: String, mode: Int = 0o755, interpreter: String = "#!/bin/sh") throws -> String {
        let file = path(name)
        try (interpreter + "\ncd '\(url.path)'\n" + body + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

/// A detection of its own each time.
func due(
    _ action: String, number: Int = 1, label: String = "jay", picture: String? = "/pictures/a b.jpg",
    expiresIn: Duration = .seconds(10),
    labels: [ScoredLabel] = [ScoredLabel(label: "jay", index: 17, probability: 0.97)],
    now: Moment = systemClock(), isTest: Bool = false
) -> DueAction {
    let frame = FrameID(rawValue: "frame\(number)")
    let id = DetectionID(frame: frame, rule: "jay on the eggs", region: "left box")
    let detection = Detection(
        id: id, visit: id, frame: frame, time: Instant(milliseconds: 1_778_571_720_084), source: "nest",
        region: "left box", rule: "jay on the eggs", label: label, probability: 0.9700000286,
        model: ModelID(name: "efficientnet-lite0", version: "1"), labels: labels, trace: [], action: action,
        heldBack: nil, superseded: false, publish: [])
    return DueAction(
        detection: detection, action: action, deadline: now.monotonic + .milliseconds(916),
        expires: now.monotonic + expiresIn, picture: picture, isTest: isTest)
}

/// ``due(_:number:label:picture:expiresIn:labels:now:isTest:)`` under a name that no parameter hides.
func makeDue(
    _ action: String, label: String = "jay",
    labels: [ScoredLabel] = [ScoredLabel(label: "jay", index: 17, probability: 0.97)]
) -> DueAction {
    due(action, label: label, labels: labels)
}
