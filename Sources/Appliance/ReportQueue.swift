import Glibc
import Synchronization
import Vocabulary

/// What the frame's path hands to the recorder: never blocks the path, bounded, in order.
final class ReportQueue: Sendable {
    /// One thing to take down.
    enum Entry: Sendable {
        case frame(FrameReport)
        case action(DetectionID, ActionReport)
        case late([FrameReport.LateAnswer], FrameID)
        case endedVisits([VisitID])
        case gone([FrameID])
        case lookedAt(source: String)
    }

    private struct State {
        var entries: [Entry] = []
        var dropped = 0
        /// Those of them that can be found again.
        var lacking: [FrameIdentity] = []

        func oldestFrame(where holds: (FrameReport) -> Bool) -> Int? {
            entries.firstIndex { entry in
                if case .frame(let report) = entry { report.state != .noted && holds(report) } else { false }
            }
        }
    }

    /// A second of a hundred frames, ten times over: beyond it the oldest are dropped and counted.
    private static let capacity = 1_000
    private static let mostLacking = 20_000
    private let state = Mutex(State())
    private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Hands over a frame.
    func put(_ report: FrameReport) { put(.frame(report)) }

    /// Hands over how an action went on; the record keeps what comes before its frame.
    func put(_ report: ActionReport, of detection: DetectionID) { put(.action(detection, report)) }

    /// Hands over what versions that do not act said of a frame that was handed over before.
    func put(late answers: [FrameReport.LateAnswer], of frame: FrameID) { put(.late(answers, frame)) }

    /// Waits until the recorder has caught up: for a thread that can wait, before it hands over more.
    func waitForRoom() {
        while isBehind { usleep(2_000) }
    }

    /// True where the recorder is so far behind that what can wait should.
    var isBehind: Bool { count > ReportQueue.capacity / 2 }

    /// Hands over visits that ended.
    func put(endedVisits ids: [VisitID]) {
        if !ids.isEmpty { put(.endedVisits(ids)) }
    }

    /// Hands over frames whose files are gone.
    func put(gone ids: [FrameID]) { put(.gone(ids)) }

    /// Hands over that a source was looked through for the first time, after what was noted there.
    func put(lookedAt source: String) { put(.lookedAt(source: source)) }

    /// Nothing more comes: `batches` ends when all was taken.
    func close() {
        signal.finish()
    }

    /// Takes what has gathered, in order; empty where nothing has.
    func take() -> [Entry] {
        state.withLock { state in
            defer { state.entries.removeAll(keepingCapacity: true) }
            return state.entries
        }
    }

    /// Wakes when something was handed over.
    var wakeups: AsyncStream<Void> { signals }

    /// Frames that could not be taken down, once, when the recorder has caught up: for whoever finds their files again.
    func takeLacking() -> [FrameIdentity] {
        state.withLock { state in
            guard state.entries.count <= ReportQueue.capacity / 2 else { return [] }
            defer {
                state.dropped -= state.lacking.count
                state.lacking = []
            }
            return state.lacking
        }
    }

    /// Frames that could not be taken down because the recorder was too far behind, and were not found again yet.
    var dropped: Int { state.withLock { $0.dropped } }

    /// How many entries wait.
    var count: Int { state.withLock { $0.entries.count } }

    private func put(_ entry: Entry) {
        state.withLock { state in
            if state.entries.count >= ReportQueue.capacity {
                // Only answered frames are given up: their files are still where the camera put them. Those that set something
                // off last: found again they are late, and their record would say so.
                let oldest = state.oldestFrame { $0.actions.isEmpty } ?? state.oldestFrame { _ in true }
                if let oldest {
                    let entry = state.entries.remove(at: oldest)
                    state.dropped += 1
                    if case .frame(let report) = entry, state.lacking.count < ReportQueue.mostLacking {
                        state.lacking.append(report.identity)
                    }
                }
            }
            state.entries.append(entry)
        }
        signal.yield()
    }
}
