import Capture
import Foundation
import Glibc
import Store
import Synchronization
import Vocabulary

/// Removes originals of sources with `after: delete`: only once the record is durable, the picture kept and every action
/// ended, and only if the file is still that frame.
final class Originals: Sendable {
    private struct Original: Sendable {
        var identity: FrameIdentity
        var path: String
        var running: Set<DetectionID>
    }

    private struct State {
        var waiting: [FrameID: Original] = [:]
        /// Actions that ended before their frame was handed over; bounded.
        var endedEarly: [DetectionID] = []
    }

    private let state = Mutex(State())
    /// What is not removed in this life is found again at the next start.
    private static let most = 10_000

    /// The frame is recorded and its picture kept.
    func recorded(_ report: FrameReport) {
        state.withLock { state in
            guard state.waiting.count < Originals.most else { return }
            let running = report.actions.filter { !$0.value.state.isFinal }.map(\.key)
            state.waiting[report.id] = Original(
                identity: report.identity, path: report.path, running: Set(running).subtracting(state.endedEarly))
        }
    }

    /// Takes up what an earlier life recorded and did not come to remove: files of a directory that are on record as
    /// answered and whose picture is kept, can be now, or is never to be shown. Called at the start, before the first frame.
    /// - Parameter running: detections whose actions were started again and need the picture.
    func takeUp(_ directory: String, of source: String, running: Set<DetectionID>, store: Store) async {
        let files = FileManager.default.enumerator(atPath: directory)
        while let name = files?.nextObject() as? String {
            let path = "\(directory)/\(name)"
            guard let identity = FrameIdentity(ofFile: path, source: source, directory: directory),
                let frame = try? await store.frame(identity.id), frame.state == .recorded
            else { continue }
            if !frame.isWithheld {
                guard frame.hasPicture, (try? await store.keepPicture(of: identity.id, from: path, by: .link)) == true
                else { continue }
            }
            let detections = try? await store.detections(DetectionFilter(frame: identity.id))
            let needed = running.intersection(detections?.items.map(\.id) ?? [])
            state.withLock { $0.waiting[identity.id] = Original(identity: identity, path: path, running: needed) }
        }
    }

    /// No action of this detection needs the picture any more.
    func actionEnded(_ id: DetectionID) {
        state.withLock { state in
            guard let frame = state.waiting.first(where: { $0.value.running.contains(id) })?.key else {
                state.endedEarly.append(id)
                if state.endedEarly.count > 100 { state.endedEarly.removeFirst() }
                return
            }
            state.waiting[frame]?.running.remove(id)
        }
    }

    /// Removes what may be removed now.
    /// - Returns: how many files.
    func removeAll(_ store: Store) async -> Int {
        let ready = state.withLock { state in state.waiting.filter { $0.value.running.isEmpty } }
        guard !ready.isEmpty, (try? await store.makeDurable()) != nil else { return 0 }
        var removed = 0
        for (id, original) in ready {
            if isUnchanged(original), unlink(original.path) == 0 { removed += 1 }
            state.withLock { state in _ = state.waiting.removeValue(forKey: id) }
        }
        return removed
    }

    private func isUnchanged(_ original: Original) -> Bool {
        let identity = original.identity
        // The directory matters for identities by path alone, and those carry their path.
        let directory =
            if case .path(let below) = identity.file, original.path.hasSuffix(below) {
                String(original.path.dropLast(below.count))
            } else { "" }
        return FrameIdentity(
            of: identity.id, source: identity.source, path: original.path, directory: directory) == identity
    }
}
