public import Vocabulary

/// What one version said of one region of a recorded frame, as far as it is kept: the labels that say something, and how
/// many the others are.
public struct AnswerItem: Hashable, Sendable {
    /// The name of the region.
    public var region: String
    /// Where it lay.
    public var box: Box
    /// The role in which the version answered: `production`, `baseline`, `shadow`, ….
    public var role: String
    /// The version.
    public var model: ModelID
    /// How strange it was to the version.
    public var unknown: Double?
    /// From which score on the version says so.
    public var unknownThreshold: Double?
    /// Best first: from a thousandth on, at least five and at most 256.
    public var labels: [ScoredLabel]
    /// How many labels the version has.
    public var labelCount: Int

    /// What the labels that are not kept add up to.
    public var leftOut: Double { max(0, 1 - labels.reduce(0) { $0 + $1.probability }) }

    /// One a label, in the order of the version's labels, with what is left out spread evenly over the labels that are
    /// not kept: good enough to try rules on. Sums of large groups are off by up to 0.02 where the answer was muddled.
    public var probabilities: [Float] {
        let others = labelCount - labels.count
        var probabilities = Array(repeating: others > 0 ? Float(leftOut / Double(others)) : 0, count: labelCount)
        for label in labels where probabilities.indices.contains(label.index) {
            probabilities[label.index] = Float(label.probability)
        }
        return probabilities
    }
}
