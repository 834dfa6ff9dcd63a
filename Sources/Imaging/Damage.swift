import CJPEG

/// What was wrong with a file that libjpeg nevertheless decoded, and whether enough of it is there to judge.
struct Damage {
    /// The least part of a region's stored rows that must have come before the data ended or broke.
    private static let enough = 0.5

    private let report: rj_report
    private let height: Int

    /// - Parameter height: rows of the stored, full-size picture.
    init(_ report: rj_report, height: Int) {
        self.report = report
        self.height = height
    }

    var isTruncated: Bool { report.ends_early }

    /// Where and how, as the rest of a sentence.
    private var sentence: String? {
        if report.ends_early && report.at_end_of_bytes {
            return "ends inside the image data at byte \(report.position)"
        }
        if report.ends_early { return "has a marker inside the image data at byte \(report.position)" }
        if report.is_damaged { return "has broken image data at byte \(report.position)" }
        return nil
    }

    /// Empty for a sound file.
    var warnings: [String] {
        let first = libjpegsWords(report)
        let libjpeg =
            report.warnings == 0
            ? nil : "gives libjpeg \(report.warnings) warning\(report.warnings == 1 ? "" : "s"), first: \(first)"
        return [sentence, libjpeg].compactMap(\.self)
    }

    /// Why the picture cannot be judged; nil where it can.
    /// - Parameter areas: the regions, in full-size pixels.
    func error(for areas: [StoredArea]) -> ImagingError? {
        guard let sentence, Int(report.good_rows) < height else { return nil }
        for area in areas {
            let there = min(max(0, Double(report.good_rows) - area.y), area.height)
            guard there < area.height * Self.enough else { continue }
            let rows = "\(report.good_rows) of \(height) rows are good, half of each region is needed"
            return ImagingError(report.ends_early ? .truncated : .corrupt, "\(sentence): \(rows)")
        }
        return nil
    }
}

extension ImagingError {
    /// What a failure of the shim means.
    init(_ status: rj_status, _ report: rj_report, _ limits: ImagingLimits) {
        let (position, words) = (report.position, libjpegsWords(report))
        switch status {
        case rj_not_jpeg: self.init(.notJPEG, "is not a JPEG")
        case rj_ends_in_header: self.init(.truncated, "ends inside the headers at byte \(position)")
        case rj_unsupported: self.init(.unsupported, "is a JPEG of a kind that is not decoded: \(words)")
        case rj_too_large: self.init(.tooLarge, "is too large to decode: \(words)")
        case rj_too_many_scans: self.init(.tooSlow, "has more than \(limits.scans) scans: \(position) bytes were read")
        case rj_out_of_time:
            self.init(.tooSlow, "takes more than \(limits.cpuTime) of CPU time: \(position) bytes were read")
        case rj_out_of_memory: self.init(.tooLarge, "needs more memory than there is")
        default: self.init(.corrupt, "is corrupt at byte \(position): \(words)")
        }
    }
}

/// libjpeg's words: a C string in a fixed array.
private func libjpegsWords(_ report: rj_report) -> String {
    withUnsafeBytes(of: report.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
