import Glibc
import Testing

@testable import Imaging

@Test func moreThanAHundredMegapixelsAreRefusedByTheirHeaderAlone() throws {
    let forged = try Patched("baseline.jpg").saying(width: 65500, height: 65500)
    #expect(
        errorOfDecoding(forged)
            == ImagingError(.tooLarge, "is 65500x65500 pixels: more than the limit of 100000000"))
    #expect(errorOfDecoding(try Patched("baseline.jpg").saying(width: 65535, height: 65535))?.kind == .tooLarge)
    #expect(errorOfDecoding(try Patched("baseline.jpg").saying(width: 0, height: 65500))?.kind == .corrupt)
}

@Test func theCoefficientsOfAProgressiveFileCountAsMemory() throws {
    let forged = try Patched("progressive.jpg").saying(width: 9000, height: 9000)
    let error = errorOfDecoding(forged)
    #expect(error?.kind == .tooLarge)
    #expect(error?.message.hasSuffix("MB to decode: more than the limit of 128 MB") == true, "\(error?.message ?? "")")
}

@Test func whereMemoryIsShortTheScaleIsSmaller() throws {
    var limits = ImagingLimits.standard
    limits.memory = 1_500_000
    let picture = try JPEGDecoder(limits: limits).decode(try fixture("daisy.jpg"), minimumSide: fullScale)
    #expect((picture.width, picture.height) == (512, 384))
    limits.memory = 10_000
    #expect(errorOfDecoding(try fixture("daisy.jpg"), limits: limits)?.kind == .tooLarge)
}

@Test func aBombOfScansIsStoppedByTheirNumber() throws {
    let bomb = try Patched("progressive.jpg").repeatingLastScan(500)
    #expect(errorOfDecoding(bomb)?.kind == .tooSlow)
    #expect(errorOfDecoding(bomb)?.message.hasPrefix("has more than 128 scans") == true)
    #expect(errorOfDecoding(try Patched("progressive.jpg").repeatingLastScan(80)) == nil)
}

@Test func cpuTimeIsLimited() throws {
    var limits = ImagingLimits.standard
    limits.scans = .max
    limits.cpuTime = .milliseconds(20)
    // As many blocks as 24 megapixels have, in a few kilobytes.
    let bomb = try Patched("progressive.jpg").repeatingLastScan(5000)
    let start = cpuTime()
    let error = errorOfDecoding(bomb, limits: limits)
    #expect(error?.kind == .tooSlow)
    #expect(error?.message.hasPrefix("takes more than 0.02 seconds of CPU time") == true, "\(error?.message ?? "")")
    #expect(cpuTime() - start < 0.5)
    limits.cpuTime = .nanoseconds(1)
    #expect(errorOfDecoding(try fixture("daisy.jpg"), limits: limits)?.kind == .tooSlow)
}

/// Seconds of this thread.
func cpuTime() -> Double {
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
