import Capture
import Settings
import Vocabulary

extension Check {
    /// Whether anything comes at all: the age of the newest file, or one from the future.
    static let arrivals = Check(name: "arrivals") { examination in
        examination.open.map { source, survey in
            let known = examination.daemon.status?.sources.first { $0.name == source.name }?.newest
            guard let newest = [survey.newest.first?.modified, known].compactMap({ $0 }).max() else {
                // The line above says why files that are there do not count.
                let isExplained = !survey.unmatched.isEmpty || survey.newestUnfinished != nil
                if isExplained { return .note("no picture that counts is in \(source.directory)", about: source.name) }
                if source.after == .delete {
                    return .note(
                        "no picture waits in \(source.directory); answered ones are deleted", about: source.name)
                }
                return .fault(
                    "no picture is in \(source.directory)", about: source.name,
                    mend: "Does the camera write there? Copy one in by hand to try: cp photo.jpg \(source.directory)/")
            }
            let age = examination.now - newest
            if age < .zero - tolerance {
                return .fault(
                    "the newest picture is \(span(.zero - age)) in the future", about: source.name,
                    mend: "The camera's clock or this board's is wrong: let both ask a time server (NTP).")
            }
            if age > silence {
                return .note(
                    "the newest picture is \(span(age)) old", about: source.name,
                    mend: "If something should have moved since: is the camera on, and does it write to "
                        + "\(source.directory)?")
            }
            return .ok("the newest picture is \(span(max(.zero, age))) old", about: source.name)
        }
    }

    /// Files of a share carry the time of its server.
    private static let tolerance = Duration.seconds(120)
    /// Longer than a night without anything moving.
    private static let silence = Duration.seconds(86_400)

    private static func span(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let units: [(Int64, String)] = [(86_400, "day"), (3_600, "hour"), (60, "minute")]
        for (size, unit) in units where seconds >= 2 * size { return "\(seconds / size) \(unit)s" }
        return "\(seconds) s"
    }
}
