import TestSupport
import Testing

@testable import Site

@Suite struct MarkupTests {
    @Test func whatIsInterpolatedIsTextAndWhatStandsInALiteralIsMarkup() {
        let label = "<script>alert(\"x\")</script> & 'co'"
        let markup: Markup = "<b title=\"\(label)\">\(label)</b>"
        let safe = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;"
        #expect(markup.text == "<b title=\"\(safe)\">\(safe)</b>")
    }

    @Test func markupInMarkupIsNotEscapedAgain() {
        let inner: Markup = "<i>\("a & b")</i>"
        let outer: Markup = "<p>\(inner)\([inner, inner])\(nil as Markup?)</p>"
        #expect(outer.text == "<p><i>a &amp; b</i><i>a &amp; b</i><i>a &amp; b</i></p>")
    }

    /// XML has no way to write most controls, and two of them end an HTML page early in old parsers.
    @Test func charactersThatNoDocumentMayHoldAreReplaced() {
        #expect(Markup.escaped("a\u{0}b\u{1B}[31m\u{85}\u{FFFF}\tc\n") == "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}\u{FFFD}\tc\n")
    }

    @Test(arguments: UInt64(0)..<50)
    func noTextEverLeavesAnAttributeOrBecomesATag(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let letters = Array("<>&\"'=/ a\u{0}\u{7F}é\u{202E}😀`\\\n".unicodeScalars)
        var text = String.UnicodeScalarView()
        for _ in 0..<200 { text.append(letters[Int.random(in: letters.indices, using: &random)]) }
        let escaped = Markup.escaped(String(text))
        #expect(!escaped.contains { "<>\"'".contains($0) })
        let named = ["amp;", "lt;", "gt;", "quot;", "#39;"]
        for part in escaped.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            #expect(named.contains { part.hasPrefix($0) })
        }
    }

    @Test(arguments: UInt64(0)..<50)
    func anyTextSurvivesTheWayThroughAnAddress(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var text = ""
        for _ in 0..<40 {
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<0x3000, using: &random)) {
                text.unicodeScalars.append(scalar)
            }
        }
        #expect(URLPath.decoded(URLPath.encoded(text)) == text)
        let plain = URLPath.encoded(text).utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }
        #expect(plain)
    }

    @Test(arguments: ["%", "%4", "%zz", "%ff", "a%C3"]) func brokenEscapesAreRefused(text: String) {
        #expect(URLPath.decoded(text) == nil)
    }

    @Test func fingerprintsAreTheSameForEverAndTheirURNsAreUUIDs() {
        // Published value of FNV-1a 128 for "foobar" (draft-eastlake-fnv).
        #expect(Fingerprint("foobar".utf8).hex == "343e1662793c64bf6f0d3597ba446f18")
        let urn = Fingerprint("foobar".utf8).urn
        #expect(urn == "urn:uuid:343e1662-793c-84bf-af0d-3597ba446f18")
        #expect(
            urn.dropFirst(9).wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
                != nil)
    }
}
