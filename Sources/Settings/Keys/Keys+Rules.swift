import Rules
import Vocabulary

extension Keys {
    enum OfRule {
        static let name = Key("name", required: Kind.name(of: .rule), "Unique; part of every detection's identity.")
        static let sources = Key(
            "sources", Kind.list(.reference(to: .source), of: "names of sources"), preset: "[]",
            "The sources it looks at; none named: all.")
        static let regions = Key(
            "regions", Kind.list(.reference(to: .region), of: "names of regions"), preset: "[]",
            "The regions it looks at; none named: all.")
        static let labels = Key(
            "labels", required: Kind.list(.entry, atLeast: 1, of: "labels and `group:NAME`"),
            "What it looks for. Each entry is tested by itself: a label with its own probability, a group with the sum "
                + "of its labels'. The entry with the highest probability is the rule's candidate.")
        static let probability = Key(
            "probability", Kind.number(0...1), preset: "0.6", "From which probability on the candidate passes.")
        static let perLabel = Key(
            "per_label",
            Kind.number(0...1).map(named: "label") { word, node, reading in
                reading.mention(.label, word, node)
                return true
            }, preset: "{}", "The same for the entry of `labels` of that name.")
        static let margin = Key(
            "margin", Kind.number(-1...1), preset: "0",
            "How far the candidate has to be ahead of the best label outside the rule's; -1: it may be behind.")
        static let unknown = Key(
            "unknown", Kind<Rule.UnknownPolicy>.choice, preset: "refuse",
            "`allow`: sees also what the model says it was never taught.")
        static let confirm = Key("confirm", OfConfirm.kind, preset: "{}", "In how many frames it has to pass.")
        static let active = Key(
            "active", Kind<ActiveInterval>.interval.list(orSingle: true, of: "intervals"), preset: "[]",
            "When it may act and publish, in local wall time; none named: always.")
        static let days = Key(
            "days", Kind<Weekday>.choice.list(atLeast: 1, of: "days"),
            preset: "[mon, tue, wed, thu, fri, sat, sun]", "The days on which those intervals begin.")
        static let veto = Key("veto", OfVeto.kind.optional, preset: "null", "What forbids it to act and publish.")
        static let cooldown = Key(
            "cooldown", Kind.duration(.zero...(.seconds(30 * 86_400))), preset: "30s",
            "The least time between two of its actions at one source and region.")
        static let action = Key(
            "action", Kind.reference(to: .action).optional, preset: "null", "The action it sets off; null: none.")
        static let publish = Key(
            "publish", Kind.list(.reference(to: .channel), of: "names of channels"), preset: "[]",
            "The channels it publishes to. The feed always has it.")

        static let section = Section(
            "a rule",
            [
                AnyKey(name), AnyKey(sources), AnyKey(regions), AnyKey(labels), AnyKey(probability), AnyKey(perLabel),
                AnyKey(margin), AnyKey(unknown), AnyKey(confirm), AnyKey(active), AnyKey(days), AnyKey(veto),
                AnyKey(cooldown), AnyKey(action), AnyKey(publish),
            ])

        @Sendable static func build(_ values: Values, _ reading: inout Reading) -> Rule? {
            Rule(
                name: values[name], sources: values[sources], regions: values[regions], labels: values[labels],
                probability: values[probability], perLabel: values[perLabel], margin: values[margin],
                unknown: values[unknown], confirm: values[confirm], active: values[active], days: Set(values[days]),
                veto: values[veto], cooldown: values[cooldown], action: values[action], publish: values[publish])
        }
    }

    enum OfConfirm {
        static let frames = Key(
            "frames", Kind.integer(1...100), preset: "1", "How many frames, the present one included.")
        static let within = Key(
            "within", Kind.duration(.milliseconds(1)...(.seconds(86_400))).optional, preset: "null",
            "All of them within this time; null: that many decided frames in a row.")

        static let section = Section("a confirmation", [AnyKey(frames), AnyKey(within)])
        static let kind = Kind.section(section) { values, _ -> Rule.Confirmation? in
            Rule.Confirmation(frames: values[frames], within: values[within])
        }
    }

    enum OfVeto {
        static let labels = Key(
            "labels", required: Kind.list(.entry, atLeast: 1, of: "labels and `group:NAME`"),
            "Whose presence forbids; each entry is tested by itself, in every region of the source.")
        static let probability = Key(
            "probability", Kind.number(0...1), preset: "0.3", "From which probability on an entry counts as present.")
        static let within = Key(
            "within", Kind.duration(.zero...(.seconds(7 * 86_400))), preset: "60s",
            "For how long after it was present it still forbids.")

        static let section = Section("a veto", [AnyKey(labels), AnyKey(probability), AnyKey(within)])
        static let kind = Kind.section(section) { values, _ -> Rule.Veto? in
            Rule.Veto(labels: values[labels], probability: values[probability], within: values[within])
        }
    }
}
