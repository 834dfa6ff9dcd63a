import Testing

@testable import Capture

@Suite struct NameFilterTests {
    private let filter = NameFilter(patterns: ["*.jpg", "*.jpeg"])

    @Test(arguments: ["a.jpg", "A.JPG", "a.b.Jpeg", "käfig.jpg", "07-20260101120000-00.jpg", "x y.jpg", "~a.jpg"])
    func picturesAreWanted(name: String) {
        #expect(filter.reason(toIgnore: name) == nil)
    }

    @Test(arguments: [".a.jpg", ".in.a.jpg.", "a.jpg.tmp", "a.jpg.TMP", "a.jpg.part", "a.jpg.filepart", "a.jpg~", "."])
    func namesThatSayStillBeingWrittenAreNot(name: String) {
        #expect(filter.reason(toIgnore: name) == .temporaryName)
    }

    @Test(arguments: ["a.png", "jpg", "a.jpgx", "a.avi", "tmp", "a"])
    func otherNamesFitNoPattern(name: String) {
        #expect(filter.reason(toIgnore: name) == .pattern)
    }

    @Test func patternsAreGlobsOnTheName() {
        let filter = NameFilter(patterns: ["nest-[0-9]?.jpg", "*-snapshot.jpg"])
        #expect(filter.reason(toIgnore: "Nest-07.JPG") == nil)
        #expect(filter.reason(toIgnore: "nest-7.jpg") == .pattern)
        #expect(filter.reason(toIgnore: "01-2026-snapshot.jpg") == nil)
    }

    @Test func hiddenAndForeignDirectoriesAreNotEntered() {
        for name in [".git", "lost+found", "@eaDir", ""] { #expect(!filter.enters(directory: name)) }
        for name in ["2026-11-21", "tmp", "a~"] { #expect(filter.enters(directory: name)) }
    }
}
