/// `evaluation.json`: how good a version is on photos it had not seen, measured when it was taught.
///
/// Every photo was answered by a head that was taught without it and without the photos of its group (same source and
/// hour, or nearly the same picture).
public struct Evaluation: Codable, Sendable, Equatable {
    /// A share with the interval that holds it 95 times of 100 (Wilson 1927).
    public struct Share: Codable, Sendable, Equatable {
        /// 0 to 1.
        public var value: Double
        /// The lower end.
        public var low: Double
        /// The upper end.
        public var high: Double

        /// - Parameters:
        ///   - hits: 0 to `count`; may be fractional.
        ///   - count: above 0, else the share is 0 and anything is possible.
        public init(_ hits: Double, of count: Double) {
            guard count > 0 else {
                (value, low, high) = (0, 0, 1)
                return
            }
            let z = 1.959_963_984_540_054
            let share = hits / count
            let centre = share + z * z / (2 * count)
            let half = z * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
            let whole = 1 + z * z / count
            (value, low, high) = (share, max(0, (centre - half) / whole), min(1, (centre + half) / whole))
        }
    }

    /// From which probability on a label's answers are as often right as was asked for.
    public struct Threshold: Codable, Sendable, Equatable {
        /// For a rule's `per_label`.
        public var probability: Double
        /// How often an answer from there on is right.
        public var precision: Double
        /// The share of the label's photos that reach it.
        public var recall: Double

        /// From which probability on.
        public init(probability: Double, precision: Double, recall: Double) {
            self.probability = probability
            self.precision = precision
            self.recall = recall
        }
    }

    /// One label.
    public struct Label: Codable, Sendable, Equatable {
        /// The name.
        public var label: String
        /// How many photos it has.
        public var photos: Int
        /// How many groups they make.
        public var groups: Int
        /// The share of the photos answered with it that show it; nil: it can't be judged.
        public var precision: Share?
        /// The share of its photos answered with it; nil: it can't be judged.
        public var recall: Share?
        /// Nil: not asked for, or never reached.
        public var threshold: Threshold?

        /// One label.
        public init(
            label: String, photos: Int, groups: Int, precision: Share?, recall: Share?, threshold: Threshold?
        ) {
            self.label = label
            self.photos = photos
            self.groups = groups
            self.precision = precision
            self.recall = recall
            self.threshold = threshold
        }
    }

    /// A photo whose label is doubtful.
    public struct Doubt: Codable, Sendable, Equatable {
        /// As given.
        public var path: String
        /// Its folder.
        public var label: String
        /// What was answered.
        public var predicted: String
        /// The probability of its label.
        public var probability: Double

        /// A photo whose label is doubtful.
        public init(path: String, label: String, predicted: String, probability: Double) {
            self.path = path
            self.label = label
            self.predicted = predicted
            self.probability = probability
        }
    }

    /// Photos that were answered with about the same confidence.
    public struct Bin: Codable, Sendable, Equatable {
        /// The mean probability of the answers.
        public var confidence: Double
        /// The share that was right.
        public var accuracy: Double
        /// How many.
        public var photos: Int

        /// Photos that were answered with about the same confidence.
        public init(confidence: Double, accuracy: Double, photos: Int) {
            self.confidence = confidence
            self.accuracy = accuracy
            self.photos = photos
        }
    }

    /// Photos that were judged.
    public var photos: Int
    /// Groups they make.
    public var groups: Int
    /// Parts that were left out in turn; 0 where photos were answered that the version never saw.
    public var folds: Int
    /// Why the figures may be better than life; nil: nothing speaks for it.
    public var optimistic: String?
    /// The share answered right.
    public var accuracy: Share
    /// The mean of the labels' recalls.
    public var balancedAccuracy: Double
    /// The mean of -log(probability of the true label).
    public var logLoss: Double
    /// The mean squared error of the probabilities (Brier 1950), 0 to 2.
    public var brier: Double
    /// Mean confidence less accuracy: above 0 it promises too much.
    public var confidenceGap: Double
    /// Expected calibration error over 15 bins.
    public var calibrationError: Double
    /// What a perfectly calibrated head would show with as many photos.
    public var calibrationFloor: Double
    /// The bins of the calibration error that are not empty, by confidence.
    public var reliability: [Bin]
    /// The share of photos not flagged as unknown; nil: there is no score.
    public var accepted: Share?
    /// The chance that something that was not taught is stranger than a known photo (AUROC); nil: it was not measured.
    public var unknownArea: Double?
    /// The labels in the version's order.
    public var labels: [Label]
    /// Photos by true label (row) and answer (column).
    public var confusion: [[Int]]
    /// The most doubtful photos, likely wrong labels first.
    public var doubts: [Doubt]

    /// The name in a version's directory.
    public static let file = "evaluation.json"

    private enum CodingKeys: String, CodingKey {
        case photos, groups, folds, optimistic, accuracy, brier, reliability, accepted, labels, confusion, doubts
        case balancedAccuracy = "balanced_accuracy"
        case logLoss = "log_loss"
        case confidenceGap = "confidence_gap"
        case calibrationError = "calibration_error"
        case calibrationFloor = "calibration_floor"
        case unknownArea = "unknown_auroc"
    }

    /// Everything that was measured.
    public init(
        photos: Int, groups: Int, folds: Int, optimistic: String?, accuracy: Share, balancedAccuracy: Double,
        logLoss: Double, brier: Double, confidenceGap: Double, calibrationError: Double, calibrationFloor: Double,
        reliability: [Bin], accepted: Share?, unknownArea: Double?, labels: [Label], confusion: [[Int]], doubts: [Doubt]
    ) {
        self.photos = photos
        self.groups = groups
        self.folds = folds
        self.optimistic = optimistic
        self.accuracy = accuracy
        self.balancedAccuracy = balancedAccuracy
        self.logLoss = logLoss
        self.brier = brier
        self.confidenceGap = confidenceGap
        self.calibrationError = calibrationError
        self.calibrationFloor = calibrationFloor
        self.reliability = reliability
        self.accepted = accepted
        self.unknownArea = unknownArea
        self.labels = labels
        self.confusion = confusion
        self.doubts = doubts
    }
}
