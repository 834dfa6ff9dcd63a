import Vocabulary

/// Whether this machine's own clock can be right: a board without a battery starts in 1970, or where it was switched
/// off. Pure.
struct SystemClock: Sendable {
    /// The newest frame on record when Rooster was started.
    let newestOnRecord: Instant?
    /// When that was, monotonic.
    let started: Duration

    /// No clock that is right shows less: this Rooster was made later. Moved on with every release.
    static let earliest = Instant(milliseconds: 1_793_491_200_000)  // 2026-11-01
    /// Less is a clock that is being disciplined.
    private static let tolerated = Duration.seconds(600)
    /// What is on record may be wrong itself: then it is not said for ever.
    private static let patience = Duration.seconds(86_400)

    /// What is wrong and what to do, as sentences; nil where nothing is known to be.
    func trouble(at now: Moment) -> String? {
        let advice =
            "Records get wrong times until it is set: connect the network (`timedatectl` says whether it is synchronised), "
            + "or give the board a clock with a battery"
        if now.wall < Self.earliest {
            return "It says \(now.wall), and this Rooster was made later. \(advice)"
        }
        if let newestOnRecord, newestOnRecord - now.wall > Self.tolerated, now.monotonic - started < Self.patience {
            return "It says \(now.wall), and the newest photo on record is from \(newestOnRecord): one of the two is "
                + "wrong. \(advice)"
        }
        return nil
    }
}
