import Foundation
import Store
import TestSupport
import Vocabulary

/// Values for tests: frames, detections and reports that look like real ones.
enum Sample {
    static let start = Instant(milliseconds: 1_790_000_000_000)
    static let labels = Labels(names: ["jay", "hen", "fox", "empty"], groups: [:])
    static let model = ModelID(name: "efficientnet-lite0", version: "1")
    static let phone = Publication(channel: "phone", when: .start, expires: .seconds(86_400))

    static func at(_ seconds: Double) -> Instant { Instant(milliseconds: start.milliseconds + Int64(seconds * 1_000)) }

    static func identity(
        _ number: Int, source: String = "nest", size: Int64 = 1_000, modified: Int64? = nil
    ) -> FrameIdentity {
        FrameIdentity(
            source: source, file: .inode(device: 1, inode: UInt64(number)), size: size,
            modified: modified ?? Int64(number) * 1_000_000_000)
    }

    static func prediction(_ region: String = "frame", jay: Float = 0.97) -> Prediction {
        Prediction(
            region: region, model: model, labels: labels,
            probabilities: [jay, (1 - jay) * 0.5, (1 - jay) * 0.3, (1 - jay) * 0.2])
    }

    /// A frame without detections.
    static func frame(
        _ number: Int, source: String = "nest", path: String? = nil, state: FrameReport.State = .recorded,
        time: Instant? = nil, late: Bool = false, identity: FrameIdentity? = nil, missed: Stage? = nil
    ) -> FrameReport {
        var report = FrameReport(
            identity: identity ?? Self.identity(number, source: source),
            path: path ?? "/capture/\(source)/\(number).jpg", time: time ?? at(Double(number)), state: state,
            late: late, deadline: .seconds(1), latency: .milliseconds(84), missed: missed,
            timings: [.decode: .milliseconds(3), .infer: .microseconds(4_900)])
        if state == .recorded { report.answers = [.init(.wholeFrame, prediction())] }
        return report
    }

    /// A frame in which a rule saw a jay.
    static func jay(
        _ number: Int, visit: Int? = nil, source: String = "nest", rule: String = "jay on the eggs",
        label: String = "jay", probability: Double = 0.97, action: String? = "sprinkler", heldBack: Clause? = nil,
        publish: [String] = ["phone"], state: ActionState? = nil, time: Instant? = nil, late: Bool = false
    ) -> FrameReport {
        var report = frame(number, source: source, time: time, late: late)
        let first = detectionID(visit ?? number, source: source, rule: rule)
        let detection = Detection(
            id: detectionID(number, source: source, rule: rule), visit: first, frame: report.id, time: report.time,
            source: source, region: "frame", rule: rule, label: label, probability: probability, model: model,
            labels: prediction().best(5),
            trace: [ClauseOutcome(clause: .probability, passed: true, detail: "0.97 of 0.60 needed")], action: action,
            heldBack: heldBack, superseded: false, publish: publish)
        report.detections = [detection]
        if let state, let action {
            report.actions = [detection.id: ActionReport(name: action, state: state, started: report.time)]
        }
        return report
    }

    static func detectionID(_ number: Int, source: String = "nest", rule: String = "jay on the eggs") -> DetectionID {
        DetectionID(frame: identity(number, source: source).id, rule: rule, region: "frame")
    }

    static func visitID(_ number: Int) -> VisitID { detectionID(number) }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension TemporaryDirectory {
    /// A store in this directory.
    func store(now: Instant = Sample.start) throws -> Store { try Store(directory: path("state"), now: now) }

    /// A file with `bytes` and a given time of change, as a camera would leave it.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let path = path(name)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
}
