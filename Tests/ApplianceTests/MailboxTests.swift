import Synchronization
import TestSupport
import Testing

@testable import Appliance

struct MailboxTests {
    @Test func everyValueArrivesOnceAndInOrder() {
        let mailbox = Mailbox<Int>()
        let received = Mutex<[Int]>([])
        let reader = PlainThread("reader") {
            while let value = mailbox.take() { received.withLock { $0.append(value) } }
        }
        for value in 0..<10_000 { #expect(mailbox.put(value)) }
        mailbox.close()
        reader.join()
        #expect(received.withLock { $0 } == Array(0..<10_000))
    }

    @Test func closingLetsAWaitingWriterGoAndKeepsWhatLiesInside() {
        let mailbox = Mailbox<Int>()
        #expect(mailbox.put(1))
        let refused = Mutex<Bool?>(nil)
        let writer = PlainThread("writer") {
            let taken = mailbox.put(2)
            refused.withLock { $0 = !taken }
        }
        mailbox.close()
        writer.join()
        #expect(refused.withLock { $0 } == true)
        #expect(mailbox.take() == 1)
        #expect(mailbox.take() == nil)
    }
}
