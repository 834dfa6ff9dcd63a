import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

/// Answers of versions that do not act, and what it takes to give an answer again.
struct RoleTests {
    private static let labels = Labels(names: ["hen", "jay"], groups: [:])

    private func prediction(_ version: String, _ hen: Float, digest: String = "") -> Prediction {
        Prediction(
            region: "frame", model: ModelID(name: "hens", version: version), digest: digest, labels: RoleTests.labels,
            probabilities: [hen, 1 - hen])
    }

    private func report(_ inode: UInt64, _ production: Prediction, _ others: [FrameReport.Other] = []) -> FrameReport {
        var answer = FrameReport.RegionAnswer(.wholeFrame, production)
        answer.others = others
        return FrameReport(
            identity: FrameIdentity(
                source: "yard", file: .inode(device: 1, inode: inode), size: 1_000, modified: Int64(inode)),
            path: "/capture/\(inode).jpg", time: Instant(milliseconds: 1_000 * Int64(inode)), state: .recorded,
            deadline: .seconds(1), latency: .milliseconds(50), answers: [answer])
    }

    @Test func everyRoleHasItsAnswerAndPagesShowThatOfProduction() async throws {
        let home = try TemporaryDirectory()
        let store = try Store(directory: home.url.path, now: Instant(milliseconds: 0))
        let frame = report(
            1, prediction("2", 0.9, digest: "b"),
            [
                .init(role: .shadow, prediction: prediction("3", 0.2)),
                .init(role: .baseline, prediction: prediction("1", 0.7)),
            ])
        #expect(await store.record([frame], at: Instant(milliseconds: 0)) == .written)
        let found = try #require(try await store.recorded(since: nil).first)
        #expect(Set(found.answers.map(\.role)) == ["production", "shadow", "baseline"])
        let acting = try #require(found.answers.first { $0.role == "production" })
        #expect(acting.model.id.version == "2" && acting.model.digest == "b")
        #expect(acting.fingerprint == frame.answers[0].prediction.fingerprint)
        let shown = try #require(try await store.frame(frame.id))
        #expect(shown.model?.version == "2" && shown.regions.count == 1)
        #expect(abs((shown.regions.first?.labels.first?.probability ?? 0) - 0.9) < 1e-4)
        await store.close()
    }

    @Test func whatIsSaidLaterIsAddedOnceAndOnlyToWhatIsOnRecord() async throws {
        let home = try TemporaryDirectory()
        let store = try Store(directory: home.url.path, now: Instant(milliseconds: 0))
        let frame = report(1, prediction("2", 0.9))
        await store.record([frame], at: Instant(milliseconds: 0))
        for share in [Float(0.3), 0.4] {
            await store.add(
                [.init(role: .shadow, region: .wholeFrame, place: 0, prediction("3", share))], to: frame.id)
        }
        await store.add(
            [.init(role: .shadow, region: .wholeFrame, place: 0, prediction("3", 1))],
            to: report(9, prediction("2", 1)).id)
        let found = try await store.recorded(since: nil)
        #expect(found.count == 1)
        let late = try #require(found.first?.answers.first { $0.role == "shadow" })
        #expect(abs((late.item.labels.first { $0.label == "hen" }?.probability ?? 0) - 0.3) < 1e-4)
        await store.close()
    }

    @Test func aNameThatIsUsedAgainForAnotherVersionIsAnotherVersion() async throws {
        let home = try TemporaryDirectory()
        let store = try Store(directory: home.url.path, now: Instant(milliseconds: 0))
        await store.record(
            [report(1, prediction("2", 0.9, digest: "a")), report(2, prediction("2", 0.9, digest: "b"))],
            at: Instant(milliseconds: 0))
        let found = try await store.recorded(since: nil)
        #expect(found.flatMap { $0.answers.map(\.model.digest) } == ["a", "b"])
        #expect(try await store.recorded(since: Instant(milliseconds: 1_500)).count == 1)
        #expect(try await store.recorded(since: nil, after: found[0].place).count == 1)
        await store.close()
    }

    @Test func aRecordOfBeforeIsReadAsItWas() throws {
        let database = try DatabaseQueue()
        try Schema.migrator.migrate(database, upTo: Schema.sourceConditionsName)
        try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO model (id, name, labels) VALUES (7, 'hens/1', 'hen');
                    INSERT INTO frame (id, source, path, inode, device, size, modified, time, state, late, deadline,
                      timings, model, worth) VALUES
                      ('aaaaaaaaaaaaaaaaaaaa', 'yard', '/a', 1, 1, 1, 1, 1, 'recorded', 0, 1, '', 7, 0);
                    INSERT INTO answer (frame, region, role, place, model, probabilities)
                      VALUES (1, 'frame', 'production', 0, 7, x'00000000');
                    """)
        }
        try Schema.migrator.migrate(database)
        try database.read { database in
            let row = try #require(
                try Row.fetchOne(
                    database,
                    sql: """
                        SELECT m.name, m.digest, a.fingerprint, f.content FROM answer a JOIN model m ON m.id = a.model
                        JOIN frame f ON f.model = m.id
                        """))
            #expect(row["name"] == "hens/1" && row["digest"] == "")
            #expect(row["fingerprint"] == nil as Int64? && row["content"] == nil as String?)
        }
    }
}
