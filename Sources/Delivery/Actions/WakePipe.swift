internal import CProcess
import Glibc

/// Ends the wait of a thread in `poll`. Closed with its last owner.
final class WakePipe: Sendable {
    /// Readable after ``ring()``; -1 where there was no descriptor left: then nobody can be woken.
    let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        (readEnd, writeEnd) = rp_pipe(&ends) == 0 ? (ends[0], ends[1]) : (-1, -1)
    }

    deinit {
        if readEnd >= 0 { close(readEnd) }
        if writeEnd >= 0 { close(writeEnd) }
    }

    /// From any thread; never blocks. A pipe that is full rings already.
    func ring() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Takes in what rang.
    func clear() {
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) == bytes.count {}
    }
}
