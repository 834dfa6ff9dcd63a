import Capture
import Settings

extension Check {
    /// The newest files: whole, JPEGs, readable.
    static let pictures = Check(name: "pictures") { examination in
        examination.open.flatMap { source, survey -> [Finding] in
            let newest = survey.newest
            guard !newest.isEmpty else { return [] }
            let contents = examination.user.attempt { newest.map { Survey.content(of: $0.path) } }
            guard let contents else {
                return [
                    .fault(
                        "its newest files do not come back from the disk", about: source.name,
                        mend: "Check the disk (dmesg | tail) or the file server.")
                ]
            }
            let pairs = Array(zip(newest, contents))
            var findings: [Finding] = []
            func look(_ words: String, _ mend: String, _ isMeant: (Survey.Content) -> Bool) {
                let bad = pairs.filter { isMeant($0.1) }
                guard let first = bad.first else { return }
                let all = bad.count == pairs.count
                let finding = "\(bad.count) of the newest \(pairs.count) \(words), such as \(first.0.path)"
                findings.append(
                    all || bad.count > 1
                        ? .fault(finding, about: source.name, mend: mend)
                        : .note(finding, about: source.name, mend: mend))
            }
            look(
                "files end before their picture does",
                "The upload breaks off or the card is full: let the camera write elsewhere and rename into place, or look "
                    + "at its connection."
            ) { $0 == .cut }
            look("files are empty", "The camera's card or disk may be full, or its upload breaks off.") { $0 == .empty }
            look("files are no JPEGs", "Set the camera to JPEG; Rooster reads nothing else.") { $0 == .notJPEG }
            look(
                "files cannot be read by \(examination.user.name)",
                "Let its user read them: UMask=0027 in the unit of the camera's program and its group for "
                    + "\(examination.user.name), or chmod a+r."
            ) {
                if case .unreadable = $0 { true } else { false }
            }
            if findings.isEmpty {
                let words =
                    pairs.count == 1 ? "its picture is a whole JPEG" : "the newest \(pairs.count) are whole JPEGs"
                findings.append(.ok(words, about: source.name))
            }
            return findings
        }
    }
}
