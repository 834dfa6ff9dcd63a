import TestSupport
import Testing
import Vocabulary

@testable import Settings

@Suite("Hostile settings")
struct HostileTests {
    @Test(arguments: [
        "{", "[", "sources: [", "\t", "sources: \u{0}", "- - - -", "? [a]\n: b", "{{a: b}: c}", "*a", "&a *a",
        "--- a\n--- b",
        "!!binary x", "sources: !!map []", "%YAML 9.9\n---\na", "sources: &a [*a]", "[1]: 2", "~: ~", "\u{FEFF}a: b",
    ])
    func brokenYAMLIsRefusedWithoutHarm(text: String) {
        #expect(!faults(text).isEmpty)
    }

    @Test func aBombOfAliasesIsRefusedAtOnce() {
        var text = "a: &a [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let before = "*\(Character(UnicodeScalar(UInt8(96 + level))))"
            let name = Character(UnicodeScalar(UInt8(97 + level)))
            text += "\(name): &\(name) [\(Array(repeating: before, count: 9).joined(separator: ","))]\n"
        }
        #expect(faults(text) == ["rooster.yaml: has more than 16 aliases (*name); write the values where they belong"])
    }

    @Test func aFewAliasesAreFine() throws {
        let read = try settings(
            """
            sources: [{name: a, directory: a, deadline: &d 2s}, {name: b, directory: b, deadline: *d}]
            """)
        #expect(read.sources.map(\.deadline) == [.seconds(2), .seconds(2)])
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "\"["])
    func deepNestingIsRefused(opening: String) {
        #expect(!faults("sources: \n " + String(repeating: opening, count: 20_000)).isEmpty)
    }

    @Test func controlCharactersAndEndlessWordsDoNotReachTheTerminal() {
        let found = faults(nest + "\"\\e[31m\(String(repeating: "x", count: 10_000))\": 1\n")
        #expect(found.count == 1 && found[0].utf8.count < 200 && !found[0].contains("\u{1B}"), "\(found)")
    }

    /// Bytes of a good file changed, cut and doubled: an answer or faults, never a trap.
    @Test(arguments: UInt64(0)..<40)
    func mutatedSettingsGiveAnAnswerOrFaults(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        for _ in 0..<10 {
            var bytes = Array(ReadTests.everything.utf8)
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...127, using: &random)
                case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
                case 2: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 30)], at: place)
                default: bytes.insert(contentsOf: Array("[{*&:-\n ,}]".utf8).shuffled(using: &random), at: place)
                }
            }
            for fault in faults(String(decoding: bytes, as: UTF8.self)) {
                #expect(fault.hasPrefix("rooster.yaml"))
            }
        }
    }
}
