import Vocabulary

/// What may be written before the disk is looked at again: counting files and asking the file system for each picture
/// would cost more than the picture.
struct Room {
    /// nil: nobody said what may be kept, and everything is.
    var limits: RetentionLimits?
    private var credit: Int64 = 0

    /// A record of a frame with its answers, its index entries and its part of the log.
    private static let recordBytes: Int64 = 4_096

    /// Takes `bytes` and a record from what may be written without another look.
    /// - Returns: false where that is not enough: look.
    mutating func take(_ bytes: Int64) -> Bool {
        guard limits != nil else { return true }
        guard bytes + Self.recordBytes <= credit else { return false }
        credit -= bytes + Self.recordBytes
        return true
    }

    /// Takes over what a look found: `free` bytes may be written.
    mutating func looked(free: Int64) {
        credit = max(0, min(free, limits?.slack ?? 0))
    }
}

extension RetentionLimits {
    /// How much is removed at once beyond what is needed, and written between two looks: a hundredth of the budget, so
    /// that it holds within a few hundredths, and no more than a card removes in a moment.
    var slack: Int64 { min(budget / 100, 32 << 20) }

    /// What the sample for labelling may take of all that may be kept.
    func sampleBytes(_ figures: DiskFigures) -> Int64 {
        let allowed = min(budget, figures.used + figures.free - keepFree)
        return max(0, allowed) / 20
    }

    /// Bytes to remove so that `bytes` more fit; negative where there is room.
    /// - Parameter needsDisk: false for a second name of a file that is there already.
    func excess(_ figures: DiskFigures, adding bytes: Int64, needsDisk: Bool = true) -> Int64 {
        let overBudget = figures.used + bytes - budget
        let belowFloor = keepFree - figures.free + (needsDisk ? bytes : 0)
        return needsDisk ? max(overBudget, belowFloor) : overBudget
    }
}
