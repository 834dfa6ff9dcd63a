import CLinux
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

        func isBelow(_ directories: [String: String]) -> Bool {
            directories[identity.source].map { path.hasPrefix($0.hasSuffix("/") ? $0 : "\($0)/") } ?? false
        }
    }

    private struct State {
        var waiting: [FrameID: Original] = [:]
        /// What could not be removed, and why; bounded.
        var refused: [FrameID: (original: Original, reason: Refusal.Reason)] = [:]
        /// Actions that ended before their frame was handed over; bounded.
        var endedEarly: [DetectionID] = []
    }

    private let state = Mutex(State())
    /// What is not removed in this life is found again at the next start.
    private static let most = 10_000
    private static let mostRefused = 1_000
    private let unlink: @Sendable (String) -> Int32

    /// - Parameter unlink: removes a file: 0, or `errno`.
    init(unlink: @escaping @Sendable (String) -> Int32 = { Glibc.unlink($0) == 0 ? 0 : errno }) {
        self.unlink = unlink
    }

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
            guard state.withLock({ $0.waiting.count < Originals.most }) else { return }
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
    /// - Parameters:
    ///   - directories: of the sources whose originals are to be removed, by source; what waits of others is forgotten.
    ///   - alsoRefused: tries once more what could not be removed before.
    /// - Returns: how many files.
    func removeAll(_ store: Store, of directories: [String: String], alsoRefused: Bool = false) async -> Int {
        let ready = state.withLock { state in
            state.waiting = state.waiting.filter { $0.value.isBelow(directories) }
            state.refused = state.refused.filter { $0.value.original.isBelow(directories) }
            let tried = alsoRefused ? state.refused.mapValues(\.original) : [:]
            return state.waiting.filter { $0.value.running.isEmpty }.merging(tried) { new, _ in new }
        }
        guard !ready.isEmpty, (try? await store.makeDurable()) != nil else { return 0 }
        var removed = 0
        for (id, original) in ready {
            let reason = remove(original)
            if reason == .gone { removed += 1 }
            state.withLock { state in
                state.waiting.removeValue(forKey: id)
                state.refused.removeValue(forKey: id)
                if case .refused(let reason) = reason, state.refused.count < Originals.mostRefused {
                    state.refused[id] = (original, reason)
                }
            }
        }
        return removed
    }

    private enum Removal: Equatable {
        case gone
        /// Another file is there, or none.
        case replaced
        case refused(Refusal.Reason)
    }

    private func remove(_ original: Original) -> Removal {
        var status = rk_file()
        guard rk_stat(original.path, &status) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? .replaced : .refused(.init(errno))
        }
        guard isUnchanged(original) else { return .replaced }
        return switch unlink(original.path) {
        case 0: .gone
        case ENOENT: .replaced
        case let code: .refused(.init(code))
        }
    }

    /// What stays although it is to go, by source.
    /// - Parameter directories: of the sources, by source.
    func refusals(_ directories: [String: String]) -> [Refusal] {
        let refused = state.withLock { Array($0.refused.values) }
        return Dictionary(grouping: refused, by: \.original.identity.source).sorted { $0.key < $1.key }
            .compactMap { source, all in
                // The same one as long as it is there: whoever looks again sees the same sentence.
                guard let directory = directories[source],
                    let first = all.min(by: { $0.original.path < $1.original.path })
                else { return nil }
                return Refusal(
                    source: source, directory: directory, path: first.original.path, count: all.count,
                    reason: first.reason)
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
