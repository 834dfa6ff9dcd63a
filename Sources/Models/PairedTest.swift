import Foundation

/// Whether one version is better than another on the same photos: a paired test, not a difference of two accuracies.
///
/// For each photo d = min(-log p_old, 6.9) - min(-log p_new, 6.9), p the probability of its true label; the mean of a
/// group (photos that may show the same scene) counts once. From 50 groups on z = mean / standard error, below that a
/// bootstrap over groups. Beside it McNemar's test with the mid-p (Fagerland 2013) on who is right alone, and a sign test
/// for each label.
public struct PairedTest: Sendable, Equatable {
    /// One photo that both answered without having seen it.
    public struct Pair: Sendable, Equatable {
        /// Photos of the same group may show the same scene.
        public var group: String
        /// What is on it.
        public var label: String
        /// The old version's probability of that.
        public var old: Double
        /// The new version's.
        public var new: Double
        /// Whether the old version's best label is right.
        public var oldIsRight: Bool
        /// Whether the new version's is.
        public var newIsRight: Bool

        /// One photo that both answered.
        public init(group: String, label: String, old: Double, new: Double, oldIsRight: Bool, newIsRight: Bool) {
            self.group = group
            self.label = label
            self.old = old
            self.new = new
            self.oldIsRight = oldIsRight
            self.newIsRight = newIsRight
        }
    }

    /// What the test says.
    public enum Verdict: String, Sendable, Codable {
        case better, worse
        /// Neither is shown.
        case open
    }

    /// Photos.
    public let photos: Int
    /// Groups they make.
    public let groups: Int
    /// Of the old version.
    public let oldAccuracy: Double
    /// Of the new one.
    public let newAccuracy: Double
    /// The mean of d over groups: above 0 the new version is better.
    public let gain: Double
    /// The share of chance that the gain is above 0.
    public let confidence: Double
    /// Photos that the old version alone has right.
    public let onlyOld: Int
    /// Photos that the new version alone has right.
    public let onlyNew: Int
    /// McNemar's mid-p, two-sided.
    public let midP: Double
    /// Labels with at least ten photos that lose, by a sign test at 0.05.
    public let losers: [String]

    /// One-sided: an error of 5 %.
    private static let level = 0.95
    private static let leastOfLabel = 10
    private static let leastGroups = 5
    private static let fewGroups = 50
    private static let worst = 6.9

    /// - Parameter pairs: in any order; without any, nothing is shown.
    public init(_ pairs: [Pair]) {
        photos = pairs.count
        func loss(_ probability: Double) -> Double { min(-log(max(probability, 1e-9)), PairedTest.worst) }
        let byGroup = Dictionary(grouping: pairs, by: \.group).sorted { $0.key < $1.key }.map { _, pairs in
            pairs.reduce(0) { $0 + loss($1.old) - loss($1.new) } / Double(pairs.count)
        }
        groups = byGroup.count
        oldAccuracy = share(pairs.filter(\.oldIsRight).count, pairs.count)
        newAccuracy = share(pairs.filter(\.newIsRight).count, pairs.count)
        gain = byGroup.isEmpty ? 0 : byGroup.reduce(0, +) / Double(byGroup.count)
        confidence = byGroup.count < PairedTest.fewGroups ? bootstrap(byGroup) : normal(byGroup)
        onlyOld = pairs.filter { $0.oldIsRight && !$0.newIsRight }.count
        onlyNew = pairs.filter { !$0.oldIsRight && $0.newIsRight }.count
        midP = mcNemar(onlyOld, onlyNew)
        losers = Dictionary(grouping: pairs, by: \.label).filter { $0.value.count >= PairedTest.leastOfLabel }
            .filter { _, pairs in
                let lost = pairs.filter { $0.oldIsRight && !$0.newIsRight }.count
                let won = pairs.filter { !$0.oldIsRight && $0.newIsRight }.count
                return lost > won && tail(lost, of: lost + won) <= 0.05
            }.map(\.key).sorted()
    }

    /// What the test says. Fewer than five groups say nothing, however many photos they hold: all of four may be on one
    /// side once in sixteen times.
    public var verdict: Verdict {
        guard groups >= PairedTest.leastGroups else { return .open }
        let isWorse = confidence < 1 - PairedTest.level || (midP < 0.05 && onlyOld > onlyNew) || !losers.isEmpty
        if isWorse { return .worse }
        return confidence > PairedTest.level ? .better : .open
    }

    /// How many groups would show the gain there is, if it is one; nil where it is shown, or is none.
    public var groupsNeeded: Int? {
        guard verdict == .open, gain > 0, confidence > 0.5, confidence < 1, groups > 0 else { return nil }
        let z = quantile(confidence)
        guard z > 0.01 else { return nil }
        return Int((Double(groups) * (1.645 / z) * (1.645 / z)).rounded(.up))
    }

    /// In sentences.
    public func words(old: String, new: String) -> String {
        func percent(_ share: Double) -> String {
            String(format: "%.1f %%", locale: Locale(identifier: "en_US_POSIX"), share * 100)
        }
        var text =
            "on \(photos) photos (\(groups) groups) \(old) is right in \(percent(oldAccuracy)), \(new) in "
            + "\(percent(newAccuracy)); alone right: \(onlyOld) and \(onlyNew)"
        switch verdict {
        case .better: text += "; \(new) is better"
        case .worse:
            text += "; \(new) is worse"
            if !losers.isEmpty { text += " (\(losers.joined(separator: ", ")) lose)" }
        case .open:
            text += "; no evidence that either is better"
            if let needed = groupsNeeded { text += ", some \(needed) groups of photos would show a gain like this" }
        }
        return text
    }
}

private func share(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }

/// The share of draws of the groups, with replacement, whose mean is above 0. The same values give the same share.
private func bootstrap(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0.5 }
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next() -> UInt64 {  // SplitMix64
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    var above = 0.0
    for _ in 0..<2_000 {
        var sum = 0.0
        for _ in values.indices { sum += values[Int(next() % UInt64(values.count))] }
        above += sum > 0 ? 1 : sum == 0 ? 0.5 : 0
    }
    return above / 2_000
}

private func normal(_ values: [Double]) -> Double {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(count - 1, 1)
    let error = (variance / count).squareRoot()
    guard error > 0 else { return mean > 0 ? 1 : mean < 0 ? 0 : 0.5 }
    return 0.5 * erfc(-mean / error / 2.0.squareRoot())
}

/// The z of a share of the normal distribution, by halving.
private func quantile(_ share: Double) -> Double {
    var (low, high) = (-8.0, 8.0)
    for _ in 0..<60 {
        let middle = (low + high) / 2
        if 0.5 * erfc(-middle / 2.0.squareRoot()) < share { low = middle } else { high = middle }
    }
    return low
}

/// The chance of exactly `hits` heads in `count` throws.
private func chance(_ hits: Int, of count: Int) -> Double {
    func logFactorial(_ number: Int) -> Double { lgamma(Double(number) + 1) }
    return exp(logFactorial(count) - logFactorial(hits) - logFactorial(count - hits) - Double(count) * log(2.0))
}

/// The chance of at least `hits` heads in `count` throws.
private func tail(_ hits: Int, of count: Int) -> Double {
    (hits...max(hits, count)).reduce(0) { $0 + chance($1, of: count) }
}

/// McNemar's mid-p, two-sided.
private func mcNemar(_ first: Int, _ second: Int) -> Double {
    let count = first + second
    guard count > 0 else { return 1 }
    let most = max(first, second)
    return min(1, 2 * tail(most, of: count) - chance(most, of: count))
}
