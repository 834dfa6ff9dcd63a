import Testing
import Vocabulary

@testable import Store

@Suite struct PendingWritesTests {
    private func frames(_ number: Int, count: Int = 1) -> PendingWrite {
        .frames(
            (0..<count).map { Sample.frame(number + $0) }, publications: [], withheld: [], at: Sample.start)
    }

    @Test func whatJoinsWhileAChunkIsWrittenIsNotTakenForWritten() {
        var pending = PendingWrites()
        pending.append(frames(1))
        pending.append(frames(2))
        let chunk = pending.next(probing: false)
        // Until the chunk is written, so much joins that its first write is given up.
        for number in 0..<PendingWrites.bound - 1 { pending.append(frames(100 + number)) }
        #expect(pending.lost == 1)
        pending.remove(chunk)
        #expect(pending.weight == PendingWrites.bound - 1)
        #expect(pending.contains(Sample.identity(100).id))
        #expect(!pending.contains(Sample.identity(2).id))
    }

    @Test func framesAreGivenUpBeforeWhatNobodyRepeats() {
        var pending = PendingWrites()
        pending.append(.visitsEnded([Sample.visitID(1)], at: Sample.start))
        for number in 0..<PendingWrites.bound { pending.append(frames(number)) }
        #expect(pending.lost == 1)
        #expect(!pending.contains(Sample.identity(0).id))
        guard case .visitsEnded = pending.next(probing: true).first?.write else {
            Issue.record("the end of the visit is still the first")
            return
        }
    }

    @Test func framesThatWereGivenUpForWantOfRoomAreGivenBackOnce() {
        var pending = PendingWrites()
        for number in 0..<PendingWrites.bound + 3 { pending.append(frames(number)) }
        pending.append(.visitsEnded([Sample.visitID(1)], at: Sample.start))
        #expect(pending.lost == 4)
        #expect(pending.takeGivenUp() == (0..<4).map { Sample.identity($0) })
        #expect(pending.lost == 0 && pending.takeGivenUp().isEmpty)
        // What makes no sense is not wanted again.
        pending.giveUp(pending.next(probing: true)[0].number)
        #expect(pending.lost == 1 && pending.takeGivenUp().isEmpty)
    }

    @Test func aChunkIsBoundedAndHoldsOneWriteAtLeast() {
        var pending = PendingWrites()
        #expect(pending.next(probing: false).isEmpty)
        pending.append(frames(0, count: PendingWrites.chunk + 50))
        for number in 0..<100 { pending.append(frames(1_000 + number)) }
        #expect(pending.next(probing: false).count == 1)
        pending.remove(pending.next(probing: false))
        #expect(pending.next(probing: false).count == PendingWrites.chunk)
        #expect(pending.next(probing: true).count == 1)
    }
}
