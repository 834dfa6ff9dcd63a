/// What a file may cost. Everything is checked before it is spent: pixels and memory before they are allocated, scans and
/// CPU time between two rows of blocks.
public struct ImagingLimits: Hashable, Sendable {
    /// Width times height, as the headers say.
    public var pixels: Int
    /// Scans of a progressive (or otherwise multi-scan) file. Cameras and encoders write about 10.
    public var scans: Int
    /// Bytes for one decode: coefficients, rows in work and the pixels that are kept.
    public var memory: Int
    /// CPU time of the thread, for one decode.
    public var cpuTime: Duration

    /// Limits of one's own.
    public init(pixels: Int, scans: Int, memory: Int, cpuTime: Duration) {
        self.pixels = pixels
        self.scans = scans
        self.memory = memory
        self.cpuTime = cpuTime
    }

    /// For a board with 512 MB: 100 megapixels, 128 scans, 128 MB, 2 s (docs/decisions/jpeg-limits.md).
    public static let standard = ImagingLimits(
        pixels: 100_000_000, scans: 128, memory: 128_000_000, cpuTime: .seconds(2))
}
