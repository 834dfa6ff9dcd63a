import Testing

@testable import Models

struct PairedTestTests {
    private func pairs(_ count: Int, groups: Int, _ old: (Int) -> Double, _ new: (Int) -> Double) -> [PairedTest.Pair] {
        (0..<count).map { index in
            PairedTest.Pair(
                group: "\(index % groups)", label: "hen", old: old(index), new: new(index),
                oldIsRight: old(index) > 0.5, newIsRight: new(index) > 0.5)
        }
    }

    @Test func withoutPhotosNothingIsShown() {
        let test = PairedTest([])
        #expect(test.verdict == .open && test.photos == 0 && test.groupsNeeded == nil)
    }

    /// 1 and 9 alone right: the exact two-sided p is 2 * 11/1024, the mid-p that less 10/1024.
    @Test func mcNemarsMidPIsThatOfTheFormula() {
        let test = PairedTest(pairs(10, groups: 10, { $0 == 0 ? 0.9 : 0.1 }, { $0 == 0 ? 0.1 : 0.9 }))
        #expect(test.onlyOld == 1 && test.onlyNew == 9)
        #expect(abs(test.midP - 12.0 / 1024) < 1e-9)
    }

    @Test(arguments: [20, 200])
    func aBetterVersionIsBetterAndTurnedRoundItIsWorse(groups: Int) {
        func weak(_ index: Int) -> Double { index % 4 == 0 ? 0.2 : 0.8 }
        func strong(_ index: Int) -> Double { index % 10 == 0 ? 0.2 : 0.9 }
        #expect(PairedTest(pairs(400, groups: groups, weak, strong)).verdict == .better)
        #expect(PairedTest(pairs(400, groups: groups, strong, weak)).verdict == .worse)
    }

    @Test(arguments: [20, 200])
    func equalVersionsAreNeither(groups: Int) {
        func same(_ index: Int) -> Double { index % 3 == 0 ? 0.3 : 0.8 }
        #expect(PairedTest(pairs(300, groups: groups, same, same)).verdict == .open)
    }

    /// Ten photos of one scene are one piece of evidence, not ten.
    @Test func aGainInOneSceneAloneIsNoEvidence() {
        let burst = PairedTest(pairs(30, groups: 3, { $0 % 3 == 0 ? 0.4 : 0.8 }, { $0 % 3 == 0 ? 0.9 : 0.8 }))
        #expect(burst.onlyOld == 0 && burst.onlyNew == 10 && burst.groups == 3)
        #expect(burst.verdict == .open)
        #expect(burst.oldAccuracy < burst.newAccuracy)
    }

    @Test func aLabelThatLosesMakesItWorseThoughTheRestGains() {
        var all = pairs(400, groups: 100, { _ in 0.6 }, { _ in 0.95 })
        all += (0..<12).map { index in
            PairedTest.Pair(
                group: "jay \(index)", label: "jay", old: 0.9, new: 0.3, oldIsRight: true, newIsRight: false)
        }
        let test = PairedTest(all)
        #expect(test.losers == ["jay"] && test.verdict == .worse)
        #expect(test.words(old: "a/1", new: "a/2").contains("jay lose"))
    }
}
