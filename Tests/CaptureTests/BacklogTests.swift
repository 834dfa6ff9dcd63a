import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Capture

@Suite struct BacklogTests {
    private func claim(_ source: String, _ second: Int, size: Int64 = 0) -> Claim {
        let moment = Moment(monotonic: .seconds(second), wall: Instant(milliseconds: Int64(second) * 1_000))
        let identity = FrameIdentity(
            source: source, file: .inode(device: 1, inode: UInt64(second)), size: size, modified: 0)
        return Claim(
            identity: identity, path: "/\(source)/\(second)", completed: moment, time: moment.wall, origin: .event)
    }

    private func paths(_ backlog: Backlog) -> [String] {
        var paths: [String] = []
        while let claim = backlog.take(atMost: .zero) { paths.append(claim.path) }
        return paths
    }

    @Test func theNewestGoesFirst() {
        let backlog = Backlog()
        for second in [3, 1, 5, 2, 4] { backlog.put(claim("a", second)) }
        #expect(backlog.count == 5)
        #expect(paths(backlog) == ["/a/5", "/a/4", "/a/3", "/a/2", "/a/1"])
    }

    @Test func ofTwoThatWereCompleteAtOnceTheLastGoesFirst() {
        let backlog = Backlog()
        backlog.put(claim("a", 1, size: 1))
        backlog.put(claim("a", 1, size: 2))
        #expect(backlog.take()?.identity.size == 2)
    }

    @Test func sourcesTakeTurns() {
        let backlog = Backlog()
        for second in 1...3 { for source in ["a", "b", "c"] { backlog.put(claim(source, second)) } }
        #expect(
            paths(backlog) == ["/a/3", "/b/3", "/c/3", "/a/2", "/b/2", "/c/2", "/a/1", "/b/1", "/c/1"])
    }

    @Test func newsOfOneSourceGoesBeforeWhatIsOldOfAnother() {
        let backlog = Backlog()
        for second in 1...5 { backlog.put(claim("old", second)) }
        #expect(backlog.take()?.path == "/old/5")
        for second in 6...7 {
            backlog.put(claim("new", second))
            #expect(backlog.take()?.path == "/new/\(second)")
        }
        #expect(backlog.take()?.path == "/old/4")
    }

    @Test func oneThatIsPutBackWaitsForNews() {
        let backlog = Backlog()
        backlog.put(claim("a", 1))
        guard let taken = backlog.take() else { return #expect(Bool(false)) }
        backlog.put(claim("b", 2))
        backlog.put(claim("a", 3))
        backlog.put(taken)
        #expect(paths(backlog) == ["/b/2", "/a/3", "/a/1"])
    }

    @Test func aFullOneForgetsTheOldestOfTheSourceThatHasMostAndSaysSo() {
        let backlog = Backlog(capacity: 4)
        for second in [10, 7, 9, 8] { backlog.put(claim("a", second)) }
        #expect(backlog.forgotten == 0)
        backlog.put(claim("b", 1))
        #expect(backlog.counts == ["a": 3, "b": 1])
        #expect(backlog.forgotten == 1)
        #expect(backlog.takeForgotten(of: "a").isEmpty, "there is no room for it yet")
        #expect(paths(backlog) == ["/a/10", "/b/1", "/a/9", "/a/8"])
        #expect(backlog.takeForgotten(of: "a") == [claim("a", 7).identity.compactID])
        #expect(backlog.takeForgotten(of: "a").isEmpty, "said once")
    }

    @Test func closingEndsAWaitAndKeepsNothing() {
        let backlog = Backlog()
        let ended = Shared(false)
        startThread(named: "waits") {
            #expect(backlog.take() == nil)
            ended.value.withLock { $0 = true }
        }
        backlog.close()
        #expect(eventually { ended.value.withLock { $0 } })
        backlog.put(claim("a", 1))
        #expect(backlog.take() == nil)
    }

    @Test func aWaitEndsWithItsTimeOrWithAClaim() {
        let backlog = Backlog()
        #expect(backlog.take(atMost: .milliseconds(5)) == nil)
        let claim = claim("a", 1)
        startThread(named: "puts") { backlog.put(claim) }
        #expect(backlog.take(atMost: .seconds(20))?.id == claim.id)
    }

    @Test(arguments: UInt64(0)..<50)
    func whatGoesInComesOutOnceOrIsForgottenAndEachSourceIsServedNewestFirst(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let backlog = Backlog(capacity: 50)
        var waiting: [String: [Int]] = [:]
        var taken = 0
        for second in 1...400 {
            if Int.random(in: 0..<3, using: &random) < 2 {
                let source = ["a", "b", "c"][Int.random(in: 0..<3, using: &random)]
                backlog.put(claim(source, second))
                waiting[source, default: []].append(second)
            } else if let claim = backlog.take(atMost: .zero) {
                let seconds = waiting[claim.identity.source] ?? []
                #expect(claim.path == "/\(claim.identity.source)/\(seconds.max() ?? 0)")
                waiting[claim.identity.source] = seconds.filter { $0 != seconds.max() }
                taken += 1
            }
        }
        let put = taken + waiting.values.reduce(0) { $0 + $1.count }
        #expect(put == taken + backlog.count + backlog.forgotten)
    }
}
