import Settings

/// What a reload changed: the keys whose values differ, as one would write them. Settings hold no secrets.
struct SettingsDifference: Sendable, Equatable {
    /// `rules[jay].probability: 0.6; ...`; nil where nothing differs.
    var before: String?
    var after: String?

    init(from old: Configuration, to new: Configuration) {
        let (was, becomes) = (SettingsDifference.values(old), SettingsDifference.values(new))
        let changed = Set(was.keys).union(becomes.keys).filter { was[$0] != becomes[$0] }.sorted()
        guard !changed.isEmpty else { return }
        before = SettingsDifference.words(changed, was)
        after = SettingsDifference.words(changed, becomes)
    }

    private static func values(_ configuration: Configuration) -> [String: String] {
        Dictionary(configuration.explain().map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private static func words(_ keys: [String], _ values: [String: String]) -> String {
        keys.map { "\($0): \(values[$0] ?? "absent")" }.joined(separator: "; ")
    }
}
