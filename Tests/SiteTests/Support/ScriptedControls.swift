import Store
import Synchronization
import Testing
import Vocabulary

@testable import Site

/// Controls that only take the calls a test announced, in that order; anything else is a failure of the test.
final class ScriptedControls: Controls {
    enum Call: Hashable, Sendable {
        case arm
        case disarm(Duration?)
        case correct(DetectionID, String)
        case correctFrame(FrameID, region: String?, String)
        case reload
        case test(String)
        case thumbnail(FrameID)
        case backlog(Int)
    }

    private struct State {
        var status: ApplianceStatus
        var askers: [Asker] = []
        var expected: [(call: Call, outcome: @Sendable () async throws -> any Sendable)] = []
    }

    private let state: Mutex<State>

    init(_ status: ApplianceStatus) { state = Mutex(State(status: status)) }

    /// Announces a call and what it does.
    func expect(_ call: Call, _ outcome: @escaping @Sendable () async throws -> any Sendable = { () }) {
        state.withLock { $0.expected.append((call, outcome)) }
    }

    /// Changes the figures.
    func change(_ body: (inout ApplianceStatus) -> Void) { state.withLock { body(&$0.status) } }

    /// Calls that were announced and did not come.
    var missing: [Call] { state.withLock { $0.expected.map(\.call) } }

    /// Who asked for what came, in order.
    var askers: [Asker] { state.withLock { $0.askers } }

    func status() async -> ApplianceStatus { state.withLock { $0.status } }
    func arm(by asker: Asker) async throws { _ = try await take(.arm, asker) }
    func disarm(for duration: Duration?, by asker: Asker) async throws { _ = try await take(.disarm(duration), asker) }
    func correct(_ detection: DetectionID, label: String, by asker: Asker) async throws {
        _ = try await take(.correct(detection, label), asker)
    }
    func correct(frame: FrameID, region: String?, label: String, by asker: Asker) async throws {
        _ = try await take(.correctFrame(frame, region: region, label), asker)
    }
    func reload(by asker: Asker) async throws { _ = try await take(.reload, asker) }

    func testAction(_ name: String, by asker: Asker) async throws -> ActionReport {
        try #require(try await take(.test(name), asker) as? ActionReport)
    }

    func thumbnail(of frame: FrameID) async throws -> [UInt8]? { try await take(.thumbnail(frame)) as? [UInt8] }

    func backlog(limit: Int) async -> [FrameItem] { (try? await take(.backlog(limit)) as? [FrameItem]) ?? [] }

    private func take(_ call: Call, _ asker: Asker? = nil) async throws -> any Sendable {
        let outcome = state.withLock { state -> (@Sendable () async throws -> any Sendable)? in
            if let asker { state.askers.append(asker) }
            return state.expected.first?.call == call ? state.expected.removeFirst().outcome : nil
        }
        guard let outcome else {
            Issue.record("unexpected call \(call)")
            throw ControlError(.failed, "unexpected call")
        }
        return try await outcome()
    }
}
