import Store
import TestSupport
import Testing
import Vocabulary

/// The record is the same whatever the order in which reports arrive, and however often.
@Suite struct OrderTests {
    /// Everything a reader can see but the order and the time of recording.
    private struct Seen: Equatable {
        var frames: [FrameItem] = []
        var detections: [DetectionItem] = []
        var visits: [VisitItem] = []
        var messages: [String] = []
        var counts: RecordCounts
    }

    @Test(arguments: UInt64(0)..<20)
    func anyOrderAndAnyRepetitionGivesTheSameRecord(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let reports = randomReports(&random)
        var records: [Seen] = []
        for _ in 0..<2 {
            let directory = try TemporaryDirectory()
            let store = try directory.store()
            var order = (reports + reports.filter { _ in Bool.random(using: &random) }).shuffled(using: &random)
            while !order.isEmpty {
                let batch = Array(order.prefix(Int.random(in: 1...7, using: &random)))
                order.removeFirst(batch.count)
                #expect(await store.record(batch, publications: plan, at: Sample.start) == .written)
            }
            #expect(store.health.lost == 0)
            records.append(try await seen(store))
            await store.close()
        }
        #expect(records[0].frames == records[1].frames)
        #expect(records[0].detections == records[1].detections)
        #expect(records[0].visits == records[1].visits)
        #expect(records[0].messages == records[1].messages)
        #expect(records[0].counts == records[1].counts)
    }

    private let plan = [
        Publication(channel: "phone", when: .start, expires: .seconds(60)),
        Publication(channel: "hook", when: .each, expires: .seconds(60)),
        Publication(channel: "mail", when: .end, expires: .seconds(60)),
    ]

    private func randomReports(_ random: inout SplitMix64) -> [FrameReport] {
        var reports: [FrameReport] = []
        for number in 1...40 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0: reports.append(Sample.frame(number))
            case 1:
                // One file that was broken, then broken in another way, then whole.
                let states = Int.random(in: 1...3, using: &random)
                for step in 1...states {
                    reports.append(
                        Sample.frame(
                            number, state: step == 3 ? .recorded : .quarantined(reason: "step \(step)"),
                            identity: Sample.identity(number, size: Int64(step), modified: Int64(step))))
                }
            case 2:
                // Noted at the first start, imported later.
                reports.append(Sample.frame(number, state: .noted))
                if Bool.random(using: &random) { reports.append(Sample.jay(number, heldBack: .late)) }
            default:
                let probability = Double(Int.random(in: 6...9, using: &random)) / 10
                let clause: Clause? = Bool.random(using: &random) ? .cooldown : nil
                let channels = ["phone", "hook", "mail"].filter { _ in Bool.random(using: &random) }
                let states: [ActionState?] = clause == nil ? [nil, .started, .done] : [nil]
                // The same frame, with what is known of its action so far.
                for state in states where state == nil || Bool.random(using: &random) {
                    reports.append(
                        Sample.jay(
                            number, visit: number / 5 * 5 + 1, probability: probability, heldBack: clause,
                            publish: channels, state: state))
                }
            }
        }
        return reports
    }

    private func seen(_ store: Store) async throws -> Seen {
        var seen = Seen(counts: try await store.counts())
        seen.frames = try await store.frames(FrameFilter(limit: 500)).items.sorted { $0.id.rawValue < $1.id.rawValue }
        seen.detections = try await store.detections(DetectionFilter(limit: 500)).items
            .sorted { $0.id.rawValue < $1.id.rawValue }
        seen.visits = try await store.visits(VisitFilter(limit: 500)).items
            .sorted { $0.id.rawValue < $1.id.rawValue }
            .map { visit in
                var visit = visit
                visit.cursor = PageCursor(sequence: 0)
                return visit
            }
        for visit in seen.visits {
            seen.messages += try await store.messages(of: visit.id).map { "\($0.key) \($0.state)" }.sorted()
        }
        return seen
    }
}
