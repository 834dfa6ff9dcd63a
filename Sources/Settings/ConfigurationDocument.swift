import Rules
import Vocabulary

/// `docs/CONFIGURATION.md`, made from the table of keys: what the parser takes and what is written cannot differ.
public enum ConfigurationDocument {
    /// The whole page.
    public static func markdown() -> String {
        var parts = [opening, "## An example\n\n```yaml\n\(example)\n```", units]
        parts.append(table(of: Keys.section, under: "Sections", intro: "A file has these, in any order."))
        for key in Keys.section.keys {
            guard let section = key.section else { continue }
            let words = introductions[key.name] ?? ""
            parts.append(table(of: section, under: "`\(key.name)`", intro: "\(key.help) \(words)"))
            parts += below(section, key.name)
            for variant in section.variants?.keys ?? [] {
                let keys = Section(section.what, variant.keys)
                parts.append(
                    table(of: keys, under: "`\(key.name)` of kind `\(variant.value)`", intro: "", level: 3))
            }
        }
        parts.append(clauses)
        parts.append(nothing)
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// Tables of the sections below a section.
    private static func below(_ section: Section, _ path: String) -> [String] {
        section.keys.flatMap { key -> [String] in
            guard let inner = key.section else { return [] }
            let name = "\(path).\(key.name)"
            return [table(of: inner, under: "`\(name)`", intro: key.help, level: 3)] + below(inner, name)
        }
    }

    private static func table(of section: Section, under title: String, intro: String, level: Int = 2) -> String {
        var lines = ["\(String(repeating: "#", count: level)) \(title)"]
        let words = intro.split(separator: " ").joined(separator: " ")
        if !words.isEmpty { lines += ["", words] }
        lines += ["", "| key | takes | preset | what it does |", "| --- | --- | --- | --- |"]
        for key in section.keys {
            let preset = key.preset.map { preset in preset == "{}" ? "" : "`\(preset)`" } ?? "**required**"
            lines.append("| `\(key.name)` | \(cell(key.words)) | \(preset) | \(cell(key.help)) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String { text.split(separator: "|").joined(separator: "\\|") }

    private static let opening = """
        # Settings

        <!-- Made from the table of keys (Sources/Settings/Keys). Change it there, then:
             ROOSTER_WRITE_DOCUMENTS=1 swift test --filter theDocumentIsThatOfTheTable -->

        One file, `rooster.yaml`: the one named with `--settings`, else the one in the directory Rooster is started in, else
        `/etc/rooster/rooster.yaml`. A longer example, commented: [examples/rooster.yaml](examples/rooster.yaml).

        `rooster check` says whether it is right, and if not, what is wrong in which line: all of it at once. Unknown keys
        and wrong units are faults, not guesses. `rooster check --explain` prints each key in force and where it comes from.
        `rooster reload` (or SIGHUP) takes a change without a restart; where the new file is wrong the old settings stay in
        force. Relative paths start at the directory of the file. Secrets stand in files of their own, never here.
        """

    /// A henhouse in twenty lines.
    static let example = """
        storage: {directory: /var/lib/rooster}
        place: {latitude: 55.95, longitude: -3.19}
        groups: {robbers: [jay, magpie, "grey fox"]}
        sources:
          - name: nest
            directory: /var/lib/motion
        rules:
          - name: robber on the eggs
            labels: ["group:robbers"]
            confirm: {frames: 2, within: 5s}
            active: ["sunrise-30m..sunset"]
            veto: {labels: ["group:people"]}
            action: sprinkler
            publish: [phone]
        actions:
          - {name: sprinkler, command: [/usr/local/bin/sprinkler, "{label}"]}
        channels:
          - {name: phone, kind: ntfy, url: "https://ntfy.example/henhouse"}
        """

    private static let units = """
        ## Units

        | | written as |
        | --- | --- |
        | duration | `250ms`, `30s`, `5m`, `2h`, `30d`, and together: `1h30m` |
        | size | `500MB`, `4GB` (10^9 bytes), `4GiB` (2^30 bytes) |
        | rate | `20/h`, `5/10min`, `100/d`: so many within any stretch of that length |
        | interval | `08:00..18:30`, `22:00..06:00`, `sunrise-30m..sunset`, `sunset..24:00` |
        | label | a name the model knows (`rooster models show`), or `group:NAME` for one of its groups or of yours |
        | text | quote what begins with `*`, `{`, `[`, `@` or holds `: ` |
        """

    private static let introductions = [
        "rules": "What each clause does stands [below](#what-a-rule-asks).",
        "actions": "An action has a `command` or a `url`.",
        "channels": "More keys depend on `kind`.",
    ]

    private static var clauses: String {
        let seen = Clause.allCases.filter(\.decidesSeen).map(row)
        let both = Clause.allCases.filter(\.holdsBackPublication).map(row)
        let action = Clause.allCases.filter { !$0.decidesSeen && !$0.holdsBackPublication }.map(row)
        return """
            ## What a rule asks

            For each frame a rule asks each of its regions, in this order. The answers stand with every detection: on the page,
            in `rooster detections --json`, in the API.

            **Does it see its label?** If one of these fails there is no detection.

            \(seen.joined(separator: "\n"))

            **May it act and publish?** If one of these fails the detection is recorded, shown and in the feed; its action
            and its channels are held back.

            \(both.joined(separator: "\n"))

            **May it act?** If one of these fails the action alone is held back.

            \(action.joined(separator: "\n"))

            An action starts once a frame and rule: of the regions in which nothing held it back, the one with the highest
            probability fires.

            Schedules are read on local wall time at the time of the frame. An interval whose end is not after its start ends on
            the next day, and `days` is the day it begins. A time that is skipped when clocks go forward stands for the next
            one there is; one that comes twice counts the first time. Sun times are those of the place and date; in polar day
            such an interval is always active, in polar night never. All waits count on a clock nobody sets: setting the time
            neither shortens nor lengthens them.
            """
    }

    private static func row(_ clause: Clause) -> String { "- **\(clause.rawValue)**: \(words(of: clause))" }

    private static func words(of clause: Clause) -> String {
        switch clause {
        case .probability:
            "of the entries of `labels`, the one with the highest probability is the candidate; it needs `probability`, or "
                + "what `per_label` says for an entry of its name. A group has the sum of its labels' probabilities, each "
                + "once. From three quarters of what is needed on, a miss is a near miss: a sample is kept for labelling."
        case .margin: "the candidate is `margin` ahead of the best label that is in none of the rule's entries."
        case .unknown:
            "the model does not say that it was never taught this, or the rule has `unknown: allow`. Models without a "
                + "score for that let everything pass."
        case .confirm:
            "the three before passed in `frames` frames of this source and region, this one included, `within` a time or, "
                + "without one, in a row."
        case .schedule: "the frame was taken within an interval of `active` that began on one of `days`."
        case .veto:
            "no entry of `veto.labels` reaches `veto.probability` in any region of this source, now or `within` the time "
                + "before."
        case .disarmed: "the appliance is armed (`rooster disarm`, `rooster arm`)."
        case .cooldown:
            "the last action of this rule at this source and region is `cooldown` ago. What was held back does not count."
        case .rate: "the action was started less often than its `at_most`."
        case .busy: "fewer than `at_once` of the action are running, or `when_busy: queue` has room."
        case .late: "no newer frame of the source was decided before."
        case .stale: "the frame is not older than the source's `stale_after`."
        }
    }

    private static let nothing = """
        ## Without any settings

        Rooster watches `./capture`, keeps its state in `./rooster-state`, and has one rule: any of `group:animals` at 0.8,
        in the feed only. All else is as preset above.
        """
}
