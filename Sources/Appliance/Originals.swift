import Capture
import Foundation
import Glibc
import Store
import Synchronization
import Vocabulary

/// Removes originals of sources with `after: delete`: only once the record is durable, the picture kept and every action
/// ended, and only if the file is still that frame. What may not be removed is tried again now and then, and said.
final class Originals: Sendable {
    private struct Original: Sendable {
        var identity: FrameIdentity
        var path: String
        var running: Set<DetectionID>
        /// Why it could not be removed.
        var refusal: Refusal.Reason?
    }

    /// Originals of a source that stay although they are to go.
    struct Refusal: Sendable, Equatable {
        enum Reason: Sendable, Equatable {
            /// The directory belongs to somebody else, and is closed.
            case rights
            /// What is mounted there can only be read, or the service's unit does not open it.
            case readOnly
            /// The system's words.
            case other(String)
        }

        let source: String
        /// One of them.
        let path: String
        let count: Int
        let reason: Reason

        /// What is wrong and what to do about it.
        var sentence: String {
            let directory = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
            let mend =
                switch reason {
                case .rights:
                    "the directory \(directory) lets Rooster's user delete nothing. Let the camera's program make it "
                        + "writable for the group (umask 002), or set after: leave"
                case .readOnly:
                    "\(directory) can only be read. Where it is the service's unit that closes it, open it with "
                        + "ReadWritePaths=\(directory) in a drop-in; else mount it for writing, or set after: leave"
                case .other(let words): "\(words). See whether the disk or server of \(directory) is well"
                }
            return
                "after: delete removes \(count == 1 ? "one photo" : "\(count) photos") of \(source) in vain: \(mend)."
        }
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
    /// - Parameter alsoRefused: tries once more what could not be removed before.
    /// - Returns: how many files.
    func removeAll(_ store: Store, alsoRefused: Bool = false) async -> Int {
        let ready = state.withLock { state in
            state.waiting.filter { $0.value.running.isEmpty && (alsoRefused || $0.value.refusal == nil) }
        }
        guard !ready.isEmpty, (try? await store.makeDurable()) != nil else { return 0 }
        var removed = 0
        for (id, original) in ready {
            var refusal: Refusal.Reason?
            if isUnchanged(original) {
                refusal = remove(original.path)
                if refusal == nil { removed += 1 }
            }
            state.withLock { state in
                if let refusal { state.waiting[id]?.refusal = refusal } else { state.waiting.removeValue(forKey: id) }
            }
        }
        return removed
    }

    /// - Returns: why it is still there; nil where it is gone.
    private func remove(_ path: String) -> Refusal.Reason? {
        guard unlink(path) != 0 else { return nil }
        switch errno {
        case ENOENT, ENOTDIR: return nil
        case EACCES, EPERM: return .rights
        case EROFS: return .readOnly
        case let code: return .other(String(cString: strerror(code)))
        }
    }

    /// What stays although it is to go, by source.
    func refusals() -> [Refusal] {
        let refused = state.withLock { state in state.waiting.values.filter { $0.refusal != nil } }
        return Dictionary(grouping: refused, by: \.identity.source).sorted { $0.key < $1.key }.compactMap {
            source, all in
            // The same one as long as it is there: whoever looks again sees the same sentence.
            guard let first = all.min(by: { $0.path < $1.path }), let reason = first.refusal else { return nil }
            return Refusal(source: source, path: first.path, count: all.count, reason: reason)
        }
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
