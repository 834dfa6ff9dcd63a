import Foundation
import Settings
import Vocabulary

/// What the running daemon says of itself, if it answers.
enum DaemonView: Sendable {
    /// It answers.
    case answers(Status)
    /// Something listens there and does not say what a Rooster of these settings would: why.
    case refuses(String)
    /// Nobody listens there.
    case silent

    /// What the doctor reads of `/api/v1/status`.
    struct Status: Decodable, Sendable {
        struct Source: Decodable, Sendable {
            let name, directory, state: String
            let sentence: String?
            let newest: Instant?
            let frames: Int
        }
        struct Model: Decodable, Sendable {
            let id: ModelID
            let trouble: String?
        }
        struct Settings: Decodable, Sendable {
            let path: String?
            let loaded: Instant?
            let fault: String?
        }
        struct Armed: Decodable, Sendable { let armed: Bool }
        struct Trouble: Decodable, Sendable {
            let title, sentence: String
            let fault: Bool
        }
        struct Build: Decodable, Sendable { let version, commit: String }

        let build: Build
        let unready: String?
        let armed: Armed
        let model: Model
        let sources: [Source]
        let settings: Settings
        let backlog: Int
        let troubles: [Trouble]
    }

    /// A daemon answers within milliseconds, or something is wrong with it.
    private static let patience = Duration.seconds(5)

    /// Asks.
    init(_ installation: Installation) async {
        guard installation.configuration.http.port != 0 else {
            self = .silent  // it took a port of the system's choice: nobody here knows which
            return
        }
        do {
            let body = try await DaemonClient(installation).ask(.get, "/api/v1/status", timeout: DaemonView.patience)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            guard let status = try? decoder.decode(Status.self, from: Data(body.utf8)) else {
                self = .refuses("another program answers there")
                return
            }
            self = .answers(status)
        } catch let refusal as DaemonClient.Refusal {
            self = refusal.isSilent ? .silent : .refuses(refusal.description)
        } catch {
            self = .refuses("\(error)")
        }
    }

    var status: Status? {
        if case .answers(let status) = self { status } else { nil }
    }
}
