import Synchronization
internal import Vocabulary

extension ActionCore {
    func test(
        _ name: String, sample: Detection?, picture: String?, reply: @escaping @Sendable (ActionReport) -> Void
    ) {
        let now = clock()
        let isAccepted = state.withLock { state in
            if state.isClosed { return false }
            state.tests += 1
            let due = Self.testCall(name, sample, picture, number: state.tests, now: now)
            state.testReplies[due.detection.id] = reply
            state.inbox.tests.append(due)
            return true
        }
        if isAccepted {
            wake.ring()
        } else {
            reply(ActionReport(name: name, state: .failed, reason: "Rooster is stopping"))
        }
    }

    private static func testCall(
        _ name: String, _ sample: Detection?, _ picture: String?, number: Int, now: Moment
    ) -> DueAction {
        let frame = sample?.frame ?? FrameID(rawValue: "test")
        let id = DetectionID(frame: frame, rule: "test \(number) of \(name)", region: "\(now.wall)")
        let plain = Detection(
            id: id, visit: id, frame: frame, time: now.wall, source: "test", region: Region.wholeFrame.name,
            rule: "test", label: "jay", probability: 0.97, model: ModelID(name: "test", version: "1"),
            labels: [ScoredLabel(label: "jay", index: 0, probability: 0.97)], trace: [], action: name, heldBack: nil,
            superseded: false, publish: [])
        var detection = sample ?? plain
        detection.id = id  // never that of something real: a test must not be taken for its action
        return DueAction(
            detection: detection, action: name, deadline: now.monotonic + .seconds(1),
            expires: now.monotonic + .seconds(10), picture: picture, isTest: true)
    }
}
