import Foundation
import Vocabulary

/// What `rooster action test` says of an action that was tried.
public struct TestedAction: Decodable, CustomStringConvertible {
    let name: String
    let state: ActionState
    let exit: Int?
    let reason: String?
    let output: String?
    let duration: Double?

    private enum CodingKeys: String, CodingKey {
        case name, state, exit, reason, output
        case duration = "duration_ms"
    }

    /// Reads the daemon's answer.
    public init(answer: String) throws {
        self = try JSONDecoder().decode(TestedAction.self, from: Data(answer.utf8))
    }

    /// True where it did not do what it should.
    public var isFailure: Bool {
        switch state {
        case .done, .started, .queued, .dryRun: false
        case .failed, .timedOut, .heldBack, .expired: true
        }
    }

    /// What happened, with the last of what it printed.
    public var description: String {
        let facts = [exit.map { "exit \($0)" }, duration.map { Words.milliseconds($0) }].compactMap { $0 }
        let bracket = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
        let said = reason.map { ": \($0)" } ?? ""
        let sentence =
            switch state {
            case .done: "\(name) is done\(bracket)"
            case .started, .queued: "\(name) was started\(said)"
            case .dryRun: "\(name) would have been started\(said)"
            case .failed: "\(name) failed\(said)\(bracket)"
            case .timedOut: "\(name) took too long\(said)\(bracket)"
            case .heldBack, .expired: "\(name) was not started\(said)"
            }
        let printed = (output ?? "").trimmingCharacters(in: .newlines)
        return printed.isEmpty ? sentence : "\(sentence)\n\(printed)"
    }
}
