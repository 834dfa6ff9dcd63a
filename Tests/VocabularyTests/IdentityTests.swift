import TestSupport
import Testing
import Vocabulary

@Suite("Identities")
struct IdentityTests {
    let jay = FrameIdentity(
        source: "nest", file: .inode(device: 2_049, inode: 131_073), size: 204_800, modified: 1_778_571_720_084_000_000)

    @Test func theIdentityOfAFrameIsTheSameForEver() {
        // These texts stand in records and feeds: a change here makes every frame a new one. Computed by a second
        // implementation of the hash.
        #expect(jay.id.rawValue == "7auvfkavmfi8zegwfwwc")
        let shared = FrameIdentity(source: "nest", file: .path("2026/a.jpg"), size: 1, modified: -1)
        #expect(shared.id.rawValue == "k7969ms4fkm5cg9icerv")
        #expect(DetectionID(frame: jay.id, rule: "jay on the eggs", region: "frame").rawValue == "p93fsy62sr87u4apf9mg")
    }

    @Test func everyPartOfTheIdentityCounts() {
        var others = [jay, jay, jay, jay, jay]
        others[0].source = "run"
        others[1].file = .inode(device: 2_049, inode: 131_074)
        others[2].file = .inode(device: 2_050, inode: 131_073)
        others[3].size += 1
        others[4].modified += 1
        let path = FrameIdentity(source: "nest", file: .path("2049131073"), size: jay.size, modified: jay.modified)
        #expect(Set((others + [jay, path]).map(\.id)).count == 7)
    }

    @Test func theBordersOfThePartsCount() {
        let frame = jay.id
        #expect(
            DetectionID(frame: frame, rule: "ab", region: "c") != DetectionID(frame: frame, rule: "a", region: "bc"))
        #expect(DetectionID(frame: frame, rule: "", region: "c") != DetectionID(frame: frame, rule: "c", region: ""))
    }

    @Test(arguments: UInt64(0)..<20)
    func identitiesAreTwentyLettersThatNobodyMisreads(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<100 {
            let frame = FrameIdentity(
                source: "nest", file: .inode(device: random.next(), inode: random.next()),
                size: .random(in: 0...(.max), using: &random), modified: .random(in: (.min)...(.max), using: &random))
            let letters = frame.id.rawValue
            #expect(letters.utf8.count == 20)
            #expect(letters.allSatisfy { "abcdefghijkmnpqrstuvwxyz23456789".contains($0) })
        }
    }

    @Test func aHundredThousandFramesHaveAsManyIdentities() {
        var seen = Set<FrameID>()
        for number in 0..<100_000 {
            let file = FrameIdentity.File.inode(device: 1, inode: UInt64(number))
            seen.insert(FrameIdentity(source: "nest", file: file, size: 100, modified: 0).id)
        }
        #expect(seen.count == 100_000)
    }

    @Test(arguments: ["efficientnet-lite0/1", "hens/2026-05-12", "a/b"])
    func modelsAreNamedByNameAndVersion(text: String) {
        #expect(ModelID(text)?.description == text)
    }

    @Test(arguments: ["", "/", "a", "a/", "/b", "a/b/c", ".a/b", "a/..", "../b"])
    func anythingElseIsNoModel(text: String) {
        #expect(ModelID(text) == nil)
    }
}
