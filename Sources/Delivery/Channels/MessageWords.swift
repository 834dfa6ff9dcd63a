import Foundation
internal import Store
internal import Vocabulary

/// The words of messages: plain, past tense, numbers with units. Pure.
struct MessageWords {
    /// In which times of day are told.
    var timeZone: TimeZone

    /// What, and at which camera: "Jay at nest, left box".
    func title(_ detection: DetectionItem) -> String {
        let place =
            detection.region == Region.wholeFrame.name
            ? detection.source : "\(detection.source), \(detection.region)"
        return "\(detection.label.capitalizedFirst) at \(place)"
    }

    /// One detection, or the beginning of a visit: "Jay seen 07:42, sprinkler fired after 84 ms".
    func sentence(_ detection: DetectionItem, now: Instant) -> String {
        "\(detection.label.capitalizedFirst) seen \(time(detection.time, now: now))" + outcome(detection)
    }

    /// A visit that ended: "Jay seen 07:42 to 07:45, 12 times, sprinkler fired after 84 ms".
    func sentence(_ visit: VisitItem, now: Instant) -> String {
        let first = time(visit.started, now: now)
        let last = time(visit.last, now: now)
        var words = "\(visit.label.capitalizedFirst) seen \(first)"
        if last != first { words += " to \(last)" }
        if visit.count > 1 { words += ", \(visit.count) times" }
        return words + outcome(visit.fired ?? visit.best)
    }

    /// Which camera: "Camera nest".
    func title(_ condition: ConditionReport) -> String { "Camera \(condition.source)" }

    /// A camera that fell into trouble: "Camera nest: no picture since 14:05".
    func began(_ condition: ConditionReport, now: Instant) -> String {
        let since = "since \(time(condition.since, now: now))"
        let words =
            switch condition.condition {
            case .missing: "its directory is away \(since): \(condition.detail)"
            case .silent: "no picture \(since)"
            case .frozen: "the same picture again and again \(since)"
            case .truncated: "pictures cut off \(since): \(condition.detail)"
            case .blurred: "pictures blurred \(since)"
            case .bright: "blinded \(since)"
            case .wrongClock: "its clock is wrong \(since): \(condition.detail)"
            case .dark: "dark \(since)"
            }
        return "Camera \(condition.source): \(words)"
    }

    /// The end of that: "nest: pictures again after 3 h".
    func over(_ condition: ConditionReport) -> String {
        let after = condition.until.map { " after \(($0 - condition.since).span)" } ?? ""
        let words =
            switch condition.condition {
            case .missing: "its directory is back"
            case .silent: "pictures again"
            case .frozen: "fresh pictures again"
            case .truncated: "whole pictures again"
            case .blurred: "sharp again"
            case .bright: "sees again"
            case .wrongClock: "its clock is right again"
            case .dark: "light again"
            }
        return "\(condition.source): \(words)\(after)"
    }

    /// Local time of day; with its date where that is not today's.
    private func time(_ instant: Instant, now: Instant) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000)
        let today = Date(timeIntervalSince1970: Double(now.milliseconds) / 1_000)
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        func two(_ number: Int?) -> String { String(format: "%02d", number ?? 0) }
        let clock = "\(two(parts.hour)):\(two(parts.minute))"
        if calendar.isDate(date, inSameDayAs: today) { return clock }
        return "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) \(clock)"
    }

    /// What the action did, with the comma before it; empty where none was asked for.
    private func outcome(_ detection: DetectionItem) -> String {
        guard let action = detection.action, !detection.superseded else { return "" }
        let reason = action.reason.map { ": \($0)" } ?? ""
        if action.started != nil {
            let after = detection.latency.map { " after \(spoken(.milliseconds(Int64(clamping: $0.rounded()))))" } ?? ""
            let fired = ", \(action.name) fired\(after)"
            return switch action.state {
            case .failed: fired + ", then failed\(reason)"
            case .timedOut: fired + ", then ran too long"
            default: fired
            }
        }
        return switch action.state {
        case .heldBack: ", \(action.name) held back (\(heldBack(detection)))"
        case .failed, .timedOut: ", \(action.name) failed\(reason)"
        case .expired: ", \(action.name) not fired: too late"
        case .dryRun: ", \(action.name) would have fired (dry run)"
        case .queued: ", \(action.name) waits its turn"
        case .started, .done: ", \(action.name) fired"
        }
    }

    private func heldBack(_ detection: DetectionItem) -> String {
        let reason = detection.action?.reason ?? ""
        let clause = detection.heldBack ?? Clause(rawValue: String(reason.prefix { $0 != ":" }))
        return switch clause {
        case .schedule: "outside its hours"
        case .veto: "vetoed"
        case .disarmed: "disarmed"
        case .cooldown: "cool-down"
        case .rate: "often enough for now"
        case .busy: "still busy"
        case .late, .stale: "too late"
        default: reason.isEmpty ? "by its rule" : reason
        }
    }
}
