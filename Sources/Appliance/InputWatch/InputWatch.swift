import Capture
import Dispatch
import Foundation
import Imaging
import Store
import Synchronization
import Vocabulary

/// Watches how it is with the cameras: the frame's path says what came, housekeeping says that time passed, the page
/// and the record are told what changed.
///
/// The path waits for nothing here: it takes a lock that is held for microseconds, and pictures are looked at on a queue
/// of their own, one at a time and one a second of each source; others go by.
final class InputWatch: Sendable {
    private struct State {
        var watches: [String: SourceWatch] = [:]
        var changes: [ConditionReport] = []
        var isLooking = false
        var lastLooks: [String: Duration] = [:]

        mutating func note(_ source: String, _ body: (inout SourceWatch) -> [ConditionReport]) {
            // Frames of a source that was just removed from the settings are on their way still.
            guard var watch = watches.removeValue(forKey: source) else { return }
            changes += body(&watch)
            watches[source] = watch
        }
    }

    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "rooster.inputwatch", qos: .utility)
    private let clock: SystemClock
    private let started: Moment

    private static let lookEvery = Duration.seconds(1)
    /// After a start, what came meanwhile is found first.
    private static let startPatience = Duration.seconds(30)
    private static let noteName = "input watch"

    /// Takes up what went on, and what was learned, in an earlier life.
    init(_ sources: [String], store: Store, now: Moment) async {
        let open = (try? await store.openConditions()) ?? []
        let newest = Dictionary(
            ((try? await store.newestFrames()) ?? []).map { ($0.source, $0) }, uniquingKeysWith: { first, _ in first })
        var baselines: [String: SharpnessBaseline] = [:]
        if let text = try? await store.note(InputWatch.noteName),
            let kept = try? JSONDecoder().decode([String: SharpnessBaseline].self, from: Data(text.utf8))
        {
            baselines = kept
        }
        var state = State()
        for source in Set(sources).union(open.map(\.source)) {
            let held = open.filter { $0.source == source }
            // Of a camera that never sent anything the silence itself says since when it was waited for.
            let last = newest[source]?.time ?? held.first { $0.condition == .silent }?.since ?? now.wall
            state.watches[source] = SourceWatch(
                source,
                lastArrival: Moment(monotonic: now.monotonic - max(now.wall - last, .zero), wall: last),
                lastFrame: newest[source]?.id, baseline: baselines[source] ?? SharpnessBaseline(), open: held)
        }
        self.state = Mutex(state)
        clock = SystemClock(newestOnRecord: newest.values.map(\.time).max(), started: now.monotonic)
        started = now
    }

    /// A frame was answered. From the lane, after its action has started.
    func answered(_ frame: DecodedFrame) {
        let claim = frame.claim
        let source = claim.identity.source
        let arrival = arrival(claim, isCut: frame.picture.isTruncated, taken: frame.picture.taken)
        let looks = state.withLock { state in
            state.note(source) { $0.arrived(arrival) }
            let last = state.lastLooks[source]
            guard !state.isLooking, last.map({ claim.completed.monotonic - $0 >= Self.lookEvery }) ?? true else {
                return false
            }
            state.isLooking = true
            state.lastLooks[source] = claim.completed.monotonic
            return true
        }
        guard looks else { return }
        let picture = frame.picture
        queue.async {
            let figures = PictureFigures(picture)
            self.state.withLock { state in
                state.isLooking = false
                state.note(source) { $0.looked(at: figures, frame: claim.id, at: claim.completed) }
            }
        }
    }

    /// A file could not be answered.
    /// - Parameter kind: nil where it could not even be read.
    func refused(_ claim: Claim, _ kind: ImagingError.Kind?) {
        let arrival = arrival(claim, isCut: kind == .truncated || kind == .empty, taken: nil)
        state.withLock { state in state.note(claim.identity.source) { $0.arrived(arrival) } }
    }

    /// Time passed.
    /// - Parameters:
    ///   - sources: those of the settings.
    ///   - statuses: what the watcher says of their directories.
    ///   - isBehind: frames wait to be answered.
    /// - Returns: what changed since the last turn.
    func turn(
        now: Moment, sources: [String: InForce.Source], statuses: [SourceStatus], isBehind: Bool
    ) -> [ConditionReport] {
        let isEarly = isBehind || now.monotonic - started.monotonic < Self.startPatience
        return state.withLock { state in
            for (source, watch) in state.watches where sources[source] == nil {
                var watch = watch
                state.changes += watch.dismissed(at: now.wall)
                state.watches[source] = nil
                state.lastLooks[source] = nil
            }
            for source in sources.keys where state.watches[source] == nil {
                state.watches[source] = SourceWatch(source, lastArrival: now)
            }
            for status in statuses where status.state != .starting {
                guard let source = sources[status.name] else { continue }
                let trouble = status.state.isWatched ? nil : status.message ?? "its directory cannot be watched"
                guard trouble != nil || !isEarly else { continue }
                state.note(status.name) {
                    $0.passed(now: now, silentAfter: source.silentAfter, trouble: trouble)
                }
            }
            defer { state.changes = [] }
            return state.changes
        }
    }

    /// What is the matter with a source, worst first.
    func conditions(of source: String) -> [ConditionReport] {
        state.withLock { state in
            (state.watches[source]?.open ?? [:]).values.sorted { $0.condition < $1.condition }
        }
    }

    /// What is wrong with this machine's clock, as sentences; nil where nothing is known to be.
    func clockTrouble(at now: Moment) -> String? { clock.trouble(at: now) }

    /// Keeps what was learned; a crash loses a minute of it.
    func keep(in store: Store) async {
        let baselines = state.withLock { $0.watches.mapValues(\.baseline) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(baselines) else { return }
        try? await store.setNote(InputWatch.noteName, to: String(decoding: data, as: UTF8.self))
    }

    private func arrival(_ claim: Claim, isCut: Bool, taken: Instant?) -> SourceWatch.Arrival {
        let wall = claim.completed.wall
        // Only of a file that was seen to come is it known when it came; and only a right clock can tell a wrong one.
        let isComparable = claim.origin == .event && wall >= SystemClock.earliest
        let changed = Instant(milliseconds: claim.identity.modified / 1_000_000)
        let offsets = isComparable ? [taken, changed].compactMap { $0.map { $0 - wall } } : []
        return SourceWatch.Arrival(
            frame: claim.id, at: claim.completed, isCut: isCut,
            dated: offsets.max { abs($0.seconds) < abs($1.seconds) })
    }
}

extension SourceStatus.State {
    /// Whether news of files come.
    var isWatched: Bool { self == .watching || self == .polling }
}
