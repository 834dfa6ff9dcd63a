import Capture
import Settings
import Vocabulary

extension Check {
    /// Names that say they are still being written and never become final ones.
    static let unfinished = Check(name: "unfinished") { examination in
        examination.open.map { source, survey in
            guard let file = survey.newestUnfinished, let count = survey.ignored[.temporaryName] else {
                return .ok("no half-written files lie about", about: source.name)
            }
            let name = file.path.split(separator: "/").last.map(String.init) ?? file.path
            let words = "\(count) file\(count == 1 ? " has a name" : "s have names") that say\(count == 1 ? "s" : "") "
            let finding = words + "still being written, such as \(name)"
            // A camera that renames has final names too; one that never does has none.
            guard survey.wanted == 0 else { return .note(finding, about: source.name) }
            return .fault(
                finding, about: source.name,
                mend: "Let the camera give them their final name when they are complete; names such as .x, *.tmp, "
                    + "*.part and x~ are left alone.")
        }
    }
}
