import Foundation
import Store
import TestSupport
import Testing
import Vocabulary

/// Frames with what was seen in them, recorded as the appliance does it.
struct Sightings {
    let site: SiteFixture

    static let model = ModelID(name: "efficientnet-lite0", version: "1")

    /// Records one frame with one detection; the file is really there.
    @discardableResult
    func add(
        _ label: String = "jay", _ number: Int = 1, source: String = "nest", rule: String = "jay on the eggs",
        file: String? = nil, action: String? = "sprinkler", heldBack: Clause? = nil, visit: VisitID? = nil,
        seconds: Double = 0, latency: Duration = .milliseconds(84), keep: Bool = true
    ) async throws -> (frame: FrameID, detection: DetectionID) {
        let name = file ?? "frame-\(number).jpg"
        let path = site.directory.path(name)
        let jpeg = [0xFF, 0xD8] + Array("picture \(number)".utf8) + [0xFF, 0xD9]
        try Data(jpeg).write(to: URL(filePath: path))
        let time = SiteFixture.now - .seconds(600) + .milliseconds(Int64(seconds * 1_000)) + .seconds(number)
        var report = FrameReport(
            identity: try identity(source: source, path: path), path: path, time: time, state: .recorded,
            deadline: .seconds(1), latency: latency, timings: [.decode: .milliseconds(3), .infer: .milliseconds(5)])
        let labels = Labels(names: [label, "hen", "magpie"], groups: [:])
        report.answers = [
            .init(
                .wholeFrame,
                Prediction(
                    region: "frame", model: Sightings.model, labels: labels, probabilities: [0.97, 0.02, 0.01]))
        ]
        let id = DetectionID(frame: report.id, rule: rule, region: "frame")
        report.detections = [
            Detection(
                id: id, visit: visit ?? id, frame: report.id, time: time, source: source, region: "frame", rule: rule,
                label: label, probability: 0.97, model: Sightings.model,
                labels: report.answers[0].prediction.best(5),
                trace: [
                    ClauseOutcome(clause: .probability, passed: true, detail: "0.97 of 0.60 needed"),
                    ClauseOutcome(clause: heldBack ?? .cooldown, passed: heldBack == nil, detail: "12 s of 30 s left"),
                ], action: action, heldBack: heldBack, superseded: false, publish: [])
        ]
        if let action {
            report.actions[id] = ActionReport(
                name: action, state: heldBack == nil ? .done : .heldBack, started: heldBack == nil ? time : nil,
                duration: heldBack == nil ? .seconds(3) : nil, exit: heldBack == nil ? 0 : nil,
                reason: heldBack?.rawValue)
        }
        #expect(await site.store.record([report], publications: [], at: time) == .written)
        if keep { #expect(try await site.store.keepPicture(of: report.id, from: path)) }
        return (report.id, id)
    }

    /// Records a frame in which no rule saw anything.
    func addUnseen(_ name: String, nearMisses: [String] = []) async throws -> FrameID {
        let path = site.directory.path(name)
        try Data("picture \(name)".utf8).write(to: URL(filePath: path))
        let labels = Labels(names: ["hen", "jay"], groups: [:])
        let prediction = Prediction(
            region: "frame", model: Sightings.model, labels: labels, probabilities: [0.6, 0.4])
        let report = FrameReport(
            identity: try identity(source: "nest", path: path), path: path, time: SiteFixture.now, state: .recorded,
            deadline: .seconds(1), answers: [.init(.wholeFrame, prediction)], nearMisses: nearMisses)
        #expect(await site.store.record([report], publications: [], at: SiteFixture.now) == .written)
        return report.id
    }

    /// Records a frame that could not be read.
    func addBroken(_ name: String, reason: String) async throws {
        let path = site.directory.path(name)
        try Data("not a picture".utf8).write(to: URL(filePath: path))
        let report = FrameReport(
            identity: try identity(source: "nest", path: path), path: path, time: SiteFixture.now,
            state: .quarantined(reason: reason), deadline: .seconds(1))
        #expect(await site.store.record([report], publications: [], at: SiteFixture.now) == .written)
    }

    func identity(source: String, path: String) throws -> FrameIdentity {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return FrameIdentity(
            source: source, file: .inode(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)),
            size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }
}

extension Sightings {
    /// Records a frame in which no rule saw anything, with its picture.
    func addQuiet(_ name: String) async throws -> FrameID {
        let path = site.directory.path(name)
        let report = FrameReport(
            identity: try identity(source: "nest", path: path), path: path, time: SiteFixture.now, state: .recorded,
            deadline: .seconds(1))
        #expect(await site.store.record([report], publications: [], at: SiteFixture.now) == .written)
        #expect(try await site.store.keepPicture(of: report.id, from: path))
        return report.id
    }
}
