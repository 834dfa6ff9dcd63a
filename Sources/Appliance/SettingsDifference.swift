import Settings

/// What a reload changed: the keys whose values differ, as one would write them, and whole sources, rules, actions and so on that
/// came or went, with what their owner wrote of them. Settings hold no secrets.
struct SettingsDifference: Sendable, Equatable {
    /// `actions[lamp]: absent; rules[jay].probability: 0.6`; nil where nothing differs.
    var before: String?
    var after: String?

    init(from old: Configuration, to new: Configuration) {
        let (was, becomes) = (old.explain(), new.explain())
        let (before, after) = (Self.values(was, other: becomes), Self.values(becomes, other: was))
        let changed = Set(before.keys).union(after.keys).sorted()
        guard !changed.isEmpty else { return }
        self.before = Self.words(changed, before)
        self.after = Self.words(changed, after)
    }

    /// What differs from the other settings, by its key or the object that is only here.
    private static func values(_ here: [Explanation], other: [Explanation]) -> [String: String] {
        let others = Dictionary(other.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        let known = Set(other.flatMap { objects(around: $0.key) })
        var values: [String: String] = [:]
        var written: [String: [String]] = [:]
        for item in here {
            if let object = Self.objects(around: item.key).first(where: { !known.contains($0) }) {
                let key = item.key.dropFirst(object.count).drop { $0 == "." }
                let isSaid = item.from != "preset" && key != "name"
                written[object, default: []] += isSaid ? ["\(key): \(item.value)"] : []
            } else if let value = others[item.key] {
                if value != item.value { values[item.key] = item.value }
            } else if item.value != "[]" {  // an empty list: what came into it is said by itself
                values[item.key] = item.value
            }
        }
        return values.merging(written.mapValues { "{\($0.joined(separator: ", "))}" }) { value, _ in value }
    }

    /// `sources[nest]` and `sources[nest].regions[perch]`, of the key `sources[nest].regions[perch].x`.
    private static func objects(around key: String) -> [String] {
        key.indices.filter { key[$0] == "]" }.map { String(key[...$0]) }
    }

    private static func words(_ keys: [String], _ values: [String: String]) -> String {
        keys.map { "\($0): \(values[$0] ?? "absent")" }.joined(separator: "; ")
    }
}
