import Foundation
import TestSupport
import Vocabulary

@testable import Capture

/// Bytes that are built like a JPEG of a camera: an EXIF thumbnail with an end marker of its own, a table, a scan with
/// stuffed and restart bytes, the end.
func jpeg(_ seed: UInt64 = 1, data count: Int = 2_000) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    var bytes: [UInt8] = [0xFF, 0xD8]
    let thumbnail: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0x11, 0x22, 0xFF, 0xD9]
    bytes += segment(0xE1, Array("Exif\0\0".utf8) + thumbnail)
    bytes += segment(0xDB, (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) })
    bytes += segment(0xC0, [8, 0, 16, 0, 16, 1, 1, 0x11, 0]) + segment(0xDA, [1, 1, 0, 0, 63, 0])
    for index in 0..<count {
        let byte = UInt8.random(in: 0...255, using: &random)
        bytes += byte == 0xFF ? [0xFF, 0x00] : index % 500 == 499 ? [0xFF, 0xD0] : [byte]
    }
    return bytes + [0xFF, 0xD9]
}

func segment(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
    let length = content.count + 2
    return [0xFF, code, UInt8(length >> 8), UInt8(length & 255)] + content
}

/// The clocks of the machine.
@Sendable func realClock() -> Moment {
    var monotonic = timespec()
    var wall = timespec()
    clock_gettime(CLOCK_MONOTONIC, &monotonic)
    clock_gettime(CLOCK_REALTIME, &wall)
    return Moment(
        monotonic: .seconds(monotonic.tv_sec) + .nanoseconds(monotonic.tv_nsec),
        wall: Instant(milliseconds: Int64(wall.tv_sec) * 1_000 + Int64(wall.tv_nsec) / 1_000_000))
}

/// Asks again and again until it is so, for two minutes at most: many test at once, on few cores.
func eventually(_ condition: () -> Bool) -> Bool {
    let limit = realClock().monotonic + .seconds(120)
    while realClock().monotonic < limit {
        if condition() { return true }
        usleep(2_000)
    }
    return condition()
}

extension TemporaryDirectory {
    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: url.appending(path: name))  // straight to its name, then closed
    }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(at: url.appending(path: name), withIntermediateDirectories: true)
    }

    func move(_ name: String, to new: String) throws {
        guard rename(path(name), path(new)) == 0 else { throw SystemError() }
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: url.appending(path: name)) }

    /// Sets when a file was changed last.
    func age(_ name: String, by seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path(name))
    }
}
