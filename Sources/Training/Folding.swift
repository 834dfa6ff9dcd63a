/// Which fold judges which photo. No fold cuts a group: the largest error of all (docs/TRAINING.md).
struct Folding {
    /// How many folds; 0: too few groups to judge anything.
    let count: Int
    /// Of each photo; nil: its label has a single group and can't be judged.
    let folds: [Int?]

    private static let most = 5

    /// - Parameter seed: deals out groups that are alike.
    init(labels: [Int], groups: [Int], labelCount: Int, seed: UInt64) {
        var groupsOfLabel = [Set<Int>](repeating: [], count: labelCount)
        for (label, group) in zip(labels, groups) { groupsOfLabel[label].insert(group) }
        let judged = groupsOfLabel.map { $0.count >= 2 }
        let fewest = groupsOfLabel.filter { $0.count >= 2 }.map(\.count).min() ?? 0
        guard judged.count(where: { $0 }) >= 2 else {
            count = 0
            folds = labels.map { _ in nil }
            return
        }
        let count = min(Self.most, fewest)

        // The largest groups first, each to the fold where its labels are scarcest.
        var members: [Int: [Int]] = [:]
        for (photo, group) in groups.enumerated() { members[group, default: []].append(photo) }
        var random = SplitMix(seed: seed)
        let order = members.keys.sorted().map { (group: $0, draw: random.next()) }.sorted {
            let (left, right) = (members[$0.group]?.count ?? 0, members[$1.group]?.count ?? 0)
            return left != right ? left > right : $0.draw < $1.draw
        }
        var load = [[Int]](repeating: [Int](repeating: 0, count: labelCount), count: count)
        var sizes = [Int](repeating: 0, count: count)
        var folds = [Int?](repeating: nil, count: labels.count)
        for (group, _) in order {
            let photos = members[group] ?? []
            let cost = (0..<count).map { fold in
                (photos.reduce(0) { $0 + load[fold][labels[$1]] }, sizes[fold])
            }
            let fold = (0..<count).min { cost[$0] < cost[$1] } ?? 0
            for photo in photos {
                load[fold][labels[photo]] += 1
                if judged[labels[photo]] { folds[photo] = fold }
            }
            sizes[fold] += photos.count
        }
        self.count = count
        self.folds = folds
    }
}

/// Random numbers that are the same for a seed (Steele, Lea & Flood 2014).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
