import TestSupport
import Testing
import Vocabulary

@testable import Imaging

/// An APP1 segment with one directory.
struct EXIFBlock {
    var isBigEndian = false
    var entries: [(tag: Int, type: Int, count: Int, value: [UInt8])] = []
    var directory = 8
    var claimedEntries: Int?

    init(orientation: Int, type: Int = 3, isBigEndian: Bool = false) {
        self.isBigEndian = isBigEndian
        let size = [1: 1, 3: 2, 4: 4][type] ?? 2
        let value = Self.bytes(orientation, size, isBigEndian)
        entries = [(0x0112, type, 1, value + [UInt8](repeating: 0, count: 4 - size))]
    }

    static func bytes(_ number: Int, _ size: Int, _ isBigEndian: Bool) -> [UInt8] {
        let little = (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        return isBigEndian ? little.reversed() : little
    }

    var contents: [UInt8] {
        func number(_ value: Int, _ size: Int) -> [UInt8] { Self.bytes(value, size, isBigEndian) }
        var bytes = EXIF.signature + (isBigEndian ? [0x4D, 0x4D] : [0x49, 0x49])
        bytes += number(42, 2) + number(directory, 4) + number(claimedEntries ?? entries.count, 2)
        for entry in entries {
            bytes += number(entry.tag, 2) + number(entry.type, 2) + number(entry.count, 4) + entry.value
        }
        return bytes + number(0, 4)
    }

    var segment: [UInt8] {
        let contents = contents
        return [0xFF, 0xE1] + Self.bytes(contents.count + 2, 2, true) + contents
    }
}

private func orientation(_ block: [UInt8]) -> Int? { block.withUnsafeBytes { EXIF.orientation($0) } }

@Test(arguments: [false, true], [1, 3, 4])
func theOrientationIsReadInBothByteOrdersAndAsByteShortOrLong(isBigEndian: Bool, type: Int) {
    for value in 1...8 {
        #expect(orientation(EXIFBlock(orientation: value, type: type, isBigEndian: isBigEndian).contents) == value)
    }
}

@Test(arguments: [0, 9, 255, 65535])
func anOrientationThatDoesNotExistIsNone(value: Int) {
    #expect(orientation(EXIFBlock(orientation: value).contents) == nil)
}

@Test func otherTypesCountsAndOffsetsOutsideAreNone() {
    var block = EXIFBlock(orientation: 6)
    block.entries[0].count = 2
    #expect(orientation(block.contents) == nil)
    block = EXIFBlock(orientation: 6, type: 7)
    #expect(orientation(block.contents) == nil)
    for directory in [0, 7, 40, 0x7FFF_FFFF, 0xFFFF_FFFF] {
        block = EXIFBlock(orientation: 6)
        block.directory = directory
        #expect(orientation(block.contents) == nil, "directory at \(directory)")
    }
}

@Test func aDirectoryThatClaimsTooManyEntriesIsReadAsFarAsItGoes() {
    var block = EXIFBlock(orientation: 6)
    block.claimedEntries = 65535
    #expect(orientation(block.contents) == 6)
    block.entries[0].tag = 0x010F
    #expect(orientation(block.contents) == nil)
}

@Test func everyTruncationOfABlockIsNoneOrTheOrientation() {
    let block = EXIFBlock(orientation: 6).contents
    for count in 0...block.count {
        let found = orientation(Array(block[..<count]))
        #expect(found == nil || found == 6, "\(count) bytes")
    }
}

/// Random bytes behind a valid start, and valid blocks with random changes: never a crash, never an impossible number.
@Test(arguments: UInt64(0)..<20)
func randomBlocksGiveAnOrientationOrNone(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    for _ in 0..<500 {
        var block = EXIFBlock(
            orientation: .random(in: 0...9, using: &random), type: .random(in: 0...5, using: &random),
            isBigEndian: .random(using: &random)
        ).contents
        if Bool.random(using: &random) {
            let count = Int.random(in: 0...200, using: &random)
            block = Array(block[..<8]) + (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) where !block.isEmpty {
            block[Int.random(in: 0..<block.count, using: &random)] = .random(in: 0...255, using: &random)
        }
        if let found = orientation(block) { #expect((1...8).contains(found)) }
    }
}

@Test(arguments: UInt64(0)..<10)
func aBrokenEXIFBlockNeverCostsThePicture(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let decoder = JPEGDecoder()
    for _ in 0..<20 {
        var block = EXIFBlock(orientation: 6).segment
        for _ in 0..<3 { block[Int.random(in: 4..<block.count, using: &random)] = .random(in: 0...255, using: &random) }
        let picture = try decoder.decode(try Patched("odd.jpg").opening(with: block))
        #expect([picture.fullWidth, picture.fullHeight].sorted() == [17, 33])
    }
}

@Test func theFirstBlockWithAnOrientationCounts() throws {
    var silent = EXIFBlock(orientation: 6)
    silent.entries = []
    let blocks = silent.segment + EXIFBlock(orientation: 6).segment + EXIFBlock(orientation: 3).segment
    let jpeg = try Patched("odd.jpg").opening(with: blocks)
    #expect(try JPEGDecoder().decode(jpeg).orientation.exif == 6)
}

@Test func theTimeOfThePictureIsThatOfTheCamerasOwnDirectoryElseThatOfTheFile() throws {
    func taken(_ block: [UInt8]) -> Instant? { block.withUnsafeBytes { EXIF.taken($0) } }
    func number(_ value: Int, _ size: Int) -> [UInt8] { EXIFBlock.bytes(value, size, false) }
    let changed = Array("2026:05:12 07:42:00\0".utf8)
    let own = Array("2026:05:12 07:41:58\0".utf8)
    // Directory at 8 with two entries ends at 38; the first text at 38, the camera's directory at 58, its text at 76.
    let head = EXIF.signature + [0x49, 0x49] + number(42, 2) + number(8, 4) + number(2, 2)
    let main =
        number(0x0132, 2) + number(2, 2) + number(20, 4) + number(38, 4)
        + number(0x8769, 2) + number(4, 2) + number(1, 4) + number(58, 4) + number(0, 4)
    let camera = number(1, 2) + number(0x9003, 2) + number(2, 2) + number(20, 4) + number(76, 4) + number(0, 4)
    let block = head + main + changed + camera + own
    #expect(taken(block)?.description == "2026-05-12T07:41:58.000Z")
    #expect(taken(head + main + changed)?.description == "2026-05-12T07:42:00.000Z")
    #expect(taken(head + main + Array("0000:00:00 00:00:00\0".utf8)) == nil)
    for count in 0..<block.count { _ = taken(Array(block[..<count])) }
    #expect(taken(EXIFBlock(orientation: 6).contents) == nil)
}
