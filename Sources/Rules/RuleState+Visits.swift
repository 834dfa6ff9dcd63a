public import Vocabulary

/// Detections of one label at one source and region with less than the visit gap between them.
struct Visit: Hashable, Sendable, Codable {
    var id: VisitID
    var label: String
    /// When the files of its first and last frame were complete.
    var first: Duration
    var last: Duration
    /// When a detection joined it last; frames that waited may be old.
    var touched: Duration
    /// What ends it.
    var gap: Duration
    /// Told to be over. A late frame may still belong to it.
    var hasEnded = false
}

/// Visits that are over: nothing joined them for as long as their source's visit gap. Each is named once.
/// - Returns: in the order of their identities.
public func endedVisits(state: inout RuleState, now: Moment) -> [VisitID] {
    state.follow(now)
    var ended: [VisitID] = []
    for key in state.visits.keys.sorted() {
        guard var visits = state.visits[key] else { continue }
        for index in visits.indices where !visits[index].hasEnded {
            guard now.monotonic - max(visits[index].last, visits[index].touched) >= visits[index].gap else { continue }
            visits[index].hasEnded = true
            ended.append(visits[index].id)
        }
        // An hour on, no frame is that late.
        visits.removeAll { $0.hasEnded && now.monotonic - $0.touched >= $0.gap + .seconds(3_600) }
        state.visits[key] = visits.isEmpty ? nil : visits
    }
    return ended.sorted { $0.rawValue < $1.rawValue }
}

extension RuleState {
    /// How many visits are remembered a source and region; beyond, the one that rested longest is ended and forgotten.
    public static let visitsKept = 64

    /// Notes a visit that had not ended in an earlier life, so that it goes on.
    /// - Parameters:
    ///   - first: the time of its first detection.
    ///   - last: the time of its last.
    public mutating func noteVisit(
        _ id: VisitID, label: String, source: String, region: String, first: Instant, last: Instant, gap: Duration,
        now: Moment
    ) {
        let key = RuleState.key(source, region)
        guard !(visits[key] ?? []).contains(where: { $0.id == id }) else { return }
        let age = max(now.wall - last, .zero)
        let end = now.monotonic - age
        visits[key, default: []].append(
            Visit(
                id: id, label: label, first: end - max(last - first, .zero), last: end, touched: end, gap: gap))
    }

    /// Whether a visit is still remembered and has not ended: one of an earlier life that is not will never end by itself.
    public func remembers(visit id: VisitID) -> Bool {
        visits.values.contains { $0.contains { $0.id == id && !$0.hasEnded } }
    }

    /// The visit a detection belongs to: one that is going on, or its own.
    ///
    /// A late frame joins the visit nearest to it, and never makes one of two.
    mutating func join(_ question: Question, ended: inout [VisitID]) -> VisitID {
        let key = RuleState.key(question.frame.source, question.prediction.region)
        let label = question.candidate.label
        let time = question.completed
        let gap = question.book.visitGap(ofSource: question.frame.source)
        var here = visits[key] ?? []
        defer { visits[key] = here }
        if let index = nearest(here, label, time, gap) {
            here[index].first = min(here[index].first, time)
            here[index].last = max(here[index].last, time)
            here[index].touched = max(here[index].touched, question.now.monotonic)
            here[index].gap = gap
            return here[index].id
        }
        if !question.isLate {
            for index in here.indices where here[index].label == label && !here[index].hasEnded {
                here[index].hasEnded = true
                ended.append(here[index].id)
            }
        }
        if here.count >= RuleState.visitsKept, let oldest = restedLongest(here) {
            if !here[oldest].hasEnded { ended.append(here[oldest].id) }
            here.remove(at: oldest)
        }
        let id = DetectionID(frame: question.frame.id, rule: question.rule.name, region: question.prediction.region)
        here.append(
            Visit(id: id, label: label, first: time, last: time, touched: question.now.monotonic, gap: gap))
        return id
    }

    /// The place of the visit of a label to which `time` is nearest, where it is less than `gap` away.
    private func nearest(_ visits: [Visit], _ label: String, _ time: Duration, _ gap: Duration) -> Int? {
        var best: (index: Int, distance: Duration)?
        for (index, visit) in visits.enumerated() where visit.label == label {
            let distance = max(visit.first - time, time - visit.last, .zero)
            // Frames of one moment belong together even where the gap is nothing.
            guard distance < gap || distance == .zero else { continue }
            if let held = best, distance >= held.distance { continue }
            best = (index, distance)
        }
        return best?.index
    }

    /// Those that have ended go first, then the one that was touched longest ago.
    private func restedLongest(_ visits: [Visit]) -> Int? {
        visits.indices.min { left, right in
            let (one, other) = (visits[left], visits[right])
            return one.hasEnded == other.hasEnded ? one.touched < other.touched : one.hasEnded
        }
    }
}
