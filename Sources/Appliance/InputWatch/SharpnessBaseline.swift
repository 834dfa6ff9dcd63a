import Glibc
import Vocabulary

/// How sharp a camera's pictures usually are, learned from its own: a mean in which a day counts about as much as
/// everything before. Pure; kept across restarts.
///
/// Only the fall below what is usual says something: how sharp a good picture is depends on what the camera looks at.
struct SharpnessBaseline: Codable, Equatable, Sendable {
    /// Pictures it was learned from.
    private(set) var looks = 0
    /// Time it was learned over; a pause counts as ten minutes at most.
    private(set) var learned = 0.0
    /// The usual sharpness, log2.
    private(set) var usual = 0.0
    private var width = 0
    private var height = 0

    /// Less is not enough to know what is usual.
    private static let fewestLooks = 30
    /// A cloud or an hour of rain is not usual.
    private static let leastLearned = 3_600.0
    private static let longestPause = 600.0
    /// Seconds in which old pictures lose their weight: a day, so that day and night are both in it.
    private static let memory = 86_400.0
    /// The same while pictures are blurred: a camera that was turned to a smooth wall is believed after some days.
    private static let memoryOfBlur = 3 * 86_400.0
    /// So far below what is usual (log2 of energy: a quarter) a picture is blurred. Between day and infrared night a fixed
    /// camera differs by about 1.2, and a blur of one decoded pixel costs 3.5.
    private static let drop = 2.0
    /// Less far, it is sharp again.
    private static let recovery = 1.5

    /// Whether enough was learned to tell a blurred picture.
    var isKnown: Bool { looks >= Self.fewestLooks && learned >= Self.leastLearned }

    /// What share of the usual detail a picture has, 0 to 1 and more.
    func share(of sharpness: Double) -> Double { exp2(sharpness - usual) }

    /// Whether a picture is blurred; nil: between the two thresholds, or nothing is known yet.
    func isBlurred(_ sharpness: Double) -> Bool? {
        guard isKnown else { return nil }
        if sharpness < usual - Self.drop { return true }
        return sharpness > usual - Self.recovery ? false : nil
    }

    /// Learns from a picture in which something is to be seen.
    /// - Parameter elapsed: since the one before.
    mutating func learn(_ sharpness: Double, width: Int, height: Int, elapsed: Duration) {
        guard sharpness.isFinite else { return }
        if (width, height) != (self.width, self.height) {
            self = SharpnessBaseline()  // another size is another scale: what was learned says nothing
            (self.width, self.height) = (width, height)
        }
        let seconds = min(max(0, elapsed.seconds), Self.longestPause)
        let weight =
            isBlurred(sharpness) == true
            ? seconds / Self.memoryOfBlur : max(1 / Double(looks + 1), seconds / Self.memory)
        usual += (sharpness - usual) * min(1, weight)
        looks = min(looks + 1, 1_000_000)
        learned = min(learned + seconds, 1e9)
    }
}
