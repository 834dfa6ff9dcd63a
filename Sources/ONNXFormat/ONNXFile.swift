import Foundation

/// The bytes of an ONNX file, in memory of their own that goes back to the system piece by piece: whoever reads a model out of
/// them (``ONNXModel/init(_:limits:)``) has its large constants lie here, and the pages of each are given back when the last
/// copy of it is let go. So a network that is packed constant by constant is in memory hardly more than once.
///
/// Not a mapping of the file: a page that can't be read would end the process, a read that fails is an error.
///
/// `@unchecked Sendable`: the memory is written by `init` alone; a constant's pages are given back when nobody can reach the
/// constant any more.
public final class ONNXFile: @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer

    /// - Parameters:
    ///   - count: bytes of the file.
    ///   - fill: writes all of them.
    public init<Failure>(count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        memory = .allocate(byteCount: max(count, 1), alignment: 16)
        try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
        self.count = count
    }

    /// Bytes of the file.
    public let count: Int

    /// The whole file, as long as no model has been read out of it.
    public func withUnsafeBytes<Answer, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try body(UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    /// Bytes that stay where they are, and keep the file until they are let go.
    func piece(_ range: Range<Int>) -> Data {
        guard let start = UnsafeMutableRawBufferPointer(rebasing: memory[range]).baseAddress else { return Data() }
        return Data(
            bytesNoCopy: start, count: range.count,
            deallocator: .custom { [self] start, count in
                withExtendedLifetime(self) { giveBack(UnsafeMutableRawBufferPointer(start: start, count: count)) }
            })
    }

    /// The system takes the pages that hold nothing else; what was in them is lost.
    private func giveBack(_ piece: UnsafeMutableRawBufferPointer) {
        guard let base = piece.baseAddress else { return }
        let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
        let first = (UInt(bitPattern: base) + page - 1) / page * page
        let end = (UInt(bitPattern: base) + UInt(piece.count)) / page * page
        guard first < end, let start = UnsafeMutableRawPointer(bitPattern: first) else { return }
        _ = madvise(start, Int(end - first), MADV_DONTNEED)
    }

    deinit { memory.deallocate() }
}
