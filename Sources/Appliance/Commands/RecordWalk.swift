import Foundation
import Models
import Settings
import Store
import Vocabulary

/// Walks through the record of an installation, oldest frame first, beside a daemon that may be writing it.
struct RecordWalk {
    let store: Store

    init(_ installation: Installation) throws {
        store = try Store(
            directory: installation.configuration.storage.directory, now: Clock.now().wall, mustExist: true)
    }

    /// Hands over every recorded frame since an instant.
    func frames(since: Instant?, _ body: (RecordedFrame) async throws -> Void) async throws {
        var place: Int64 = 0
        while true {
            let page = try await store.recorded(since: since, after: place, limit: RecordWalk.page)
            for frame in page { try await body(frame) }
            guard let last = page.last?.place else { return }
            place = last
        }
    }

    /// The frames of these ids.
    /// - Throws: where one of them is not on record.
    func frames(_ ids: [String]) async throws -> [RecordedFrame] {
        var found: [RecordedFrame] = []
        for id in ids { found.append(try await frame(id)) }
        return found
    }

    private func frame(_ id: String) async throws -> RecordedFrame {
        let known = FrameID(rawValue: Words.isIdentifier(id) ? id : "")
        let frame = try await store.recorded(known)
        guard let frame else {
            throw ModelError.refused("no frame \(id): never recorded, or older than keep_records")
        }
        return frame
    }

    private static let page = 200
}
