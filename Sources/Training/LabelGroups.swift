import Vocabulary

/// The groups of a version's labels: those its parent has for labels of the same name, and what names themselves say.
///
/// The preset rule and `people: drop` ask for `group:animals` and `group:people`; a version that was taught hens and jays
/// must know them too. So a label is of people by its name, of nothing by its name, and else an animal.
struct LabelGroups {
    /// Names to places of labels, ascending.
    let groups: [String: [Int]]

    private static let people: Set<String> = [
        "person", "people", "human", "humans", "man", "woman", "child", "children", "owner", "visitor", "neighbour",
    ]
    private static let nothing: Set<String> = ["empty", "background", "nothing", "none", "other", "unknown"]

    /// - Parameters:
    ///   - labels: of the new version.
    ///   - parent: of the version whose network it has.
    init(of labels: [String], parent: Labels) {
        var groups: [String: Set<Int>] = [:]
        for (name, members) in parent.groups {
            let names = Set(members.map { parent.names[$0] })
            groups[name] = Set(labels.indices.filter { names.contains(labels[$0]) })
        }
        for (place, label) in labels.enumerated() {
            let words = Set(label.lowercased().split { !$0.isLetter }.map(String.init))
            if !words.isDisjoint(with: Self.people) {
                groups["people", default: []].insert(place)
            } else if words.isDisjoint(with: Self.nothing) {
                groups["animals", default: []].insert(place)
            }
        }
        self.groups = groups.filter { !$0.value.isEmpty }.mapValues { $0.sorted() }
    }
}
