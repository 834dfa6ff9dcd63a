import Capture
import Settings

extension Check {
    /// Files are there and none has a name that is looked at: says which pattern would fit.
    static let names = Check(name: "names") { examination in
        examination.open.flatMap { source, survey -> [Finding] in
            let pattern = source.patterns.joined(separator: ", ")
            let worst = survey.unmatched.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
            guard let worst else {
                let other = survey.ignored[.symbolicLink, default: 0] + survey.ignored[.notText, default: 0]
                guard survey.wanted == 0, other > 0 else {
                    return [.ok("names fit \(pattern)", about: source.name)]
                }
                return [
                    .fault(
                        "all \(other) files are symbolic links or have names that are not UTF-8", about: source.name,
                        mend: "Let the camera write files themselves, with plain letters in their names.")
                ]
            }
            let count = survey.unmatched.values.reduce(0) { $0 + $1.count }
            let example = worst.value.example.split(separator: "/").last.map(String.init) ?? worst.value.example
            let path = worst.value.example
            let content = examination.user.attempt { Survey.content(of: path) }
            let isPicture = content == .complete || content == .cut
            let words =
                "\(Words.count(count, "file")) with a name that \(pattern) does not fit, such as \(example)"
            let mend: String
            if !isPicture {
                mend = "They are no JPEGs: let the camera write JPEGs called *.jpg."
            } else if worst.key.isEmpty {
                mend = "They are JPEGs: set pattern: \"*\" for this source."
            } else {
                let patterns = (source.patterns + ["*.\(worst.key)"]).map { "\"\($0)\"" }.joined(separator: ", ")
                mend = "They are JPEGs: set pattern: [\(patterns)] for this source."
            }
            guard survey.wanted == 0 else {
                return [.note(words, about: source.name, mend: isPicture ? mend : nil)]
            }
            return [.fault("no file fits; \(words)", about: source.name, mend: mend)]
        }
    }
}
