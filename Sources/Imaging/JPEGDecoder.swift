import CJPEG
public import Vocabulary

/// Decodes JPEGs of any usual kind, one after the other, on one thread at a time.
///
/// Its pictures' memory is used again once they are gone, so that a camera's steady stream of frames allocates nothing large.
public final class JPEGDecoder {
    private let limits: ImagingLimits
    private let pool = PixelPool()
    private let decoder: OpaquePointer?

    /// A decoder that spends no more than `limits` on a file.
    public convenience init(limits: ImagingLimits = .standard) { self.init(limits: limits, byLibjpegOnly: false) }

    /// - Parameter byLibjpegOnly: without the own reader of plain files (docs/decisions/jpeg-reader.md), for comparisons.
    init(limits: ImagingLimits, byLibjpegOnly: Bool) {
        self.limits = limits
        decoder = rj_decoder_create()
        if let decoder { rj_decoder_use_libjpeg_only(decoder, byLibjpegOnly) }
    }

    deinit { rj_decoder_destroy(decoder) }

    /// Whether the own reader gave the last picture.
    var usedOwnReader: Bool { decoder.map(rj_decoder_used_own_reader) ?? false }

    /// Decodes the part of a frame that holds the regions.
    ///
    /// The scale is the smallest that leaves `minimumSide` pixels for the shorter side of every region (or the full size, or
    /// the largest that the memory limit allows). A file that ends early, or breaks, is decoded as far as it goes when at least
    /// half of the stored rows of every region came before that (docs/decisions/jpeg-limits.md); the picture says so.
    /// - Parameters:
    ///   - jpeg: borrowed for the call. What follows its first picture is not looked at.
    ///   - regions: upright; none means the whole frame.
    ///   - specification: where it is known that only this network will look at the picture: of each region just what it sees
    ///     is decoded. The network's input is the same; there is no thumbnail.
    /// - Throws: any kind of ``ImagingError``.
    /// - Complexity: O(bytes of the file + pixels decoded), within `limits.cpuTime`.
    public func decode(
        _ jpeg: UnsafeRawBufferPointer, regions: [Box], minimumSide: Int = 256,
        for specification: InputSpecification? = nil
    ) throws(ImagingError) -> Picture {
        let header = try JPEGHeader(jpeg)
        if let frame = header.frame, !frame.isSupported {
            throw ImagingError(.unsupported, "is a JPEG with \(frame.description), which is not decoded")
        }
        guard let decoder else { throw ImagingError(.unsupported, "cannot be decoded: libjpeg-turbo does not start") }
        defer { rj_decoder_close(decoder) }
        var frame = rj_frame()
        var spending = rj_limits(limits)
        try check(
            rj_decoder_open(
                decoder, jpeg.baseAddress?.assumingMemoryBound(to: UInt8.self), jpeg.count, &spending, &frame))

        let size = StoredSize(width: Int(frame.width), height: Int(frame.height), orientation: header.orientation)
        let plan = try DecodePlan(
            size: size, regions: regions, minimumSide: minimumSide, specification: specification, limits: limits,
            coefficientBytes: Int(clamping: frame.coefficient_bytes), components: Int(frame.components))
        var (width, height): (UInt32, UInt32) = (0, 0)
        try check(rj_decoder_start(decoder, UInt32(plan.eighths), &width, &height))
        guard (Int(width), Int(height)) == size.scaled(eighths: plan.eighths) else {
            throw ImagingError(.unsupported, "cannot be decoded at \(plan.eighths)/8 of its size")
        }
        guard let pixels = pool.take(plan.pixelBytes) else {
            throw ImagingError(.tooLarge, "needs \(plan.pixelBytes) bytes for its pixels, which are not there")
        }
        var window = rj_window(plan.window)
        try check(
            rj_decoder_read(
                decoder, &window, pixels.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), plan.window.width * 4))

        let damage = Damage(rj_decoder_report(decoder).pointee, height: size.height)
        if let error = damage.error(for: plan.areas) { throw error }
        return Picture(
            isTruncated: damage.isTruncated, warnings: damage.warnings, taken: header.taken, size: size,
            eighths: plan.eighths, window: plan.window, pixels: pixels)
    }

    private func check(_ status: rj_status) throws(ImagingError) {
        guard status != rj_ok, let decoder else { return }
        throw ImagingError(status, rj_decoder_report(decoder).pointee, limits)
    }
}

extension rj_limits {
    fileprivate init(_ limits: ImagingLimits) {
        let (seconds, attoseconds) = limits.cpuTime.components
        let nanoseconds = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        self.init(
            scans: UInt32(clamping: limits.scans), memory: UInt64(clamping: limits.memory),
            cpu_nanoseconds: nanoseconds.overflow
                ? 0 : max(1, nanoseconds.partialValue &+ UInt64(clamping: attoseconds / 1_000_000_000)))
    }
}

extension rj_window {
    fileprivate init(_ window: StoredWindow) {
        self.init(
            left: UInt32(window.left), top: UInt32(window.top), right: UInt32(window.right),
            bottom: UInt32(window.bottom))
    }
}
