import TestSupport
import Testing
import Vocabulary

@testable import Appliance

struct ReportQueueTests {
    private func report(_ number: Int64, detections: [DetectionID] = []) -> FrameReport {
        let identity = FrameIdentity(source: "yard", file: .path("\(number).jpg"), size: 1, modified: number)
        var report = FrameReport(
            identity: identity, path: "\(number).jpg", time: Instant(milliseconds: number), state: .recorded,
            deadline: .seconds(1))
        report.detections = detections.map { id in
            Detection(
                id: id, visit: id, frame: identity.id, time: report.time, source: "yard", region: "frame", rule: "r",
                label: "jay", probability: 1, model: ModelID(name: "m", version: "1"), labels: [], trace: [],
                action: "a", heldBack: nil, superseded: false, publish: [])
        }
        return report
    }

    private func words(_ entries: [ReportQueue.Entry]) -> [String] {
        entries.map { entry in
            switch entry {
            case .frame(let report): "frame \(report.path)"
            case .action(let id, let report): "action \(id) \(report.state.rawValue)"
            case .endedVisits: "visits"
            case .gone: "gone"
            case .late(_, let frame): "late \(frame)"
            case .lookedAt(let source): "looked at \(source)"
            }
        }
    }

    @Test func entriesAreTakenInTheOrderInWhichTheyCame() {
        let queue = ReportQueue()
        let id = DetectionID(rawValue: "d")
        queue.put(report(1, detections: [id]))
        queue.put(ActionReport(name: "a", state: .done), of: id)
        queue.put(endedVisits: [])
        queue.put(gone: [])
        queue.put(lookedAt: "yard")
        #expect(words(queue.take()) == ["frame 1.jpg", "action d done", "gone", "looked at yard"])
        #expect(queue.take().isEmpty)
    }

    @Test func whenTheRecorderIsFarBehindTheOldestFramesGoAndAreCounted() {
        let queue = ReportQueue()
        queue.put(endedVisits: [DetectionID(rawValue: "v")])
        let fired = DetectionID(rawValue: "fired")
        var first = report(9_999, detections: [fired])
        first.actions[fired] = ActionReport(name: "sprinkler", state: .started)
        queue.put(first)
        let reports = (0..<1_500).map { report(Int64($0)) }
        for report in reports { queue.put(report) }
        #expect(queue.takeLacking().isEmpty, "not before there is room")
        let entries = words(queue.take())
        #expect(entries.count == 1_000)
        #expect(entries.prefix(2) == ["visits", "frame 9999.jpg"], "only frames, and first those that set nothing off")
        #expect(entries.last == "frame 1499.jpg")
        #expect(queue.dropped == 502)
        #expect(queue.takeLacking() == reports.prefix(502).map(\.identity), "to be found again")
        #expect(queue.dropped == 0 && queue.takeLacking().isEmpty)
    }
}
