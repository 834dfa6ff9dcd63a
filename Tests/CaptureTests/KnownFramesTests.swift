import Testing
import Vocabulary

@testable import Capture

@Suite struct KnownFramesTests {
    private func id(_ number: UInt64) -> CompactFrameID {
        FrameIdentity(source: "a", file: .inode(device: 1, inode: number), size: 1, modified: 1).compactID
    }

    private func scan(_ known: inout KnownFrames, device: UInt64, meeting ids: [CompactFrameID]) -> Set<CompactFrameID>
    {
        known.beginScan()
        known.meet(device: device)
        for id in ids { known.meet(id, device: device) }
        return Set(known.endScan())
    }

    @Test func aFileIsForgottenWhenTwoScansInARowMissIt() {
        var known = KnownFrames()
        for number in 1...3 { known.insert(id(UInt64(number)), device: 1) }
        #expect(scan(&known, device: 1, meeting: [id(1), id(2)]) == [])
        #expect(known.contains(id(3)))
        #expect(scan(&known, device: 1, meeting: [id(1), id(3)]) == [])
        #expect(scan(&known, device: 1, meeting: [id(1), id(3)]) == [id(2)])
        #expect(!known.contains(id(2)))
        #expect(known.count == 2)
    }

    @Test func whatIsTakenDuringAScanIsThere() {
        var known = KnownFrames()
        for _ in 0..<3 {
            known.beginScan()
            known.meet(device: 1)
            known.insert(id(1), device: 1)
            #expect(known.endScan().isEmpty)
        }
    }

    @Test func anUnpluggedDiskTakesNothingAwayAndMayComeBackUnderAnotherNumber() {
        var known = KnownFrames()
        known.insert(id(1), device: 7)
        for _ in 0..<3 { #expect(scan(&known, device: 1, meeting: []) == []) }
        #expect(known.contains(id(1)))
        for _ in 0..<3 { #expect(scan(&known, device: 8, meeting: [id(1)]) == []) }
        #expect(known.contains(id(1)))
        #expect(known.count == 1)
        #expect(scan(&known, device: 8, meeting: []) == [])
        #expect(scan(&known, device: 8, meeting: []) == [id(1)])
    }

    @Test func fromAnIncompleteScanNothingIsConcluded() {
        var known = KnownFrames()
        known.insert(id(1), device: 1)
        for _ in 0..<3 {
            known.beginScan()
            known.meet(device: 1)
            known.abandonScan()
        }
        #expect(known.contains(id(1)))
    }

    @Test func endlessNewDisksAreBounded() {
        var known = KnownFrames()
        for device in 1...100 {
            known.beginScan()
            known.meet(device: UInt64(device))
            known.insert(id(UInt64(device)), device: UInt64(device))
            _ = known.endScan()
        }
        #expect(known.count <= 8)
        #expect(known.contains(id(100)))
    }
}
