import Testing
import Vocabulary

@Suite struct CompactFrameIDTests {
    @Test func theShortFormStandsForTheSameText() {
        let identity = FrameIdentity(
            source: "nest", file: .inode(device: 64_768, inode: 42), size: 10_240, modified: 1_763_731_000_123_456_789)
        #expect(identity.compactID.id == identity.id)
        #expect(identity.id.rawValue == "yedbapa5yp2j9k6wixbr")
        #expect(MemoryLayout<CompactFrameID>.size == 16)
    }

    @Test func anotherStateIsAnotherFrame() {
        let identity = FrameIdentity(source: "nest", file: .path("a.jpg"), size: 1, modified: 1)
        var others: Set<CompactFrameID> = [identity.compactID]
        for change: (inout FrameIdentity) -> Void in [
            { $0.source = "yard" }, { $0.file = .path("b.jpg") }, { $0.size = 2 }, { $0.modified = 2 },
            { $0.file = .inode(device: 1, inode: 1) },
        ] {
            var other = identity
            change(&other)
            others.insert(other.compactID)
        }
        #expect(others.count == 6)
    }
}
