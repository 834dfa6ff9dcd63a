import Foundation
import Glibc
import TestSupport
import Testing

@testable import Appliance

/// What the service manager is told, and when it is told nothing.
struct WatchdogTests {
    @Test func aQuietCameraIsNoStandstill() {
        let motion = FrameMotion()
        let before = motion.look(waiting: 0)
        #expect(!motion.look(waiting: 0).isStuck(since: before))
        #expect(!motion.look(waiting: 1).isStuck(since: before), "it has only just come")
    }

    @Test func aFrameThatIsNeverFinishedIsAStandstill() {
        let motion = FrameMotion()
        motion.begin()
        let before = motion.look(waiting: 0)
        #expect(motion.look(waiting: 0).isStuck(since: before))
        motion.end()
        #expect(!motion.look(waiting: 0).isStuck(since: before))
    }

    @Test func framesThatWaitAndAreNotTakenUpAreAStandstill() {
        let motion = FrameMotion()
        let before = motion.look(waiting: 3)
        #expect(motion.look(waiting: 4).isStuck(since: before))
        motion.begin()
        #expect(!motion.look(waiting: 4).isStuck(since: before))
    }

    @Test(arguments: ["/notify", "@rooster-test-"])
    func whatIsToldArrivesAtTheSocketThatIsNamed(kind: String) throws {
        let home = try TemporaryDirectory()
        let name = kind.hasPrefix("@") ? "\(kind)\(UUID().uuidString)" : home.path("notify")
        let listener = try Listener(name)
        let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": name]))
        #expect(manager.patience == nil)
        manager.tell("READY=1", "STATUS=two\nlines")
        #expect(listener.next() == "READY=1\nSTATUS=two lines")
    }

    @Test func whereNobodyListensNothingHappens() throws {
        let home = try TemporaryDirectory()
        ServiceManager(environment: ["NOTIFY_SOCKET": home.path("nobody")])?.tell("READY=1")
        #expect(ServiceManager(environment: [:]) == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": "relative"]) == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]) == nil)
    }

    @Test func theWatchdogIsOursOnlyWhereItNamesThisProcess() {
        let environment = ["NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "60000000"]
        #expect(ServiceManager(environment: environment)?.patience == .seconds(60))
        for (process, patience) in [(7, Duration.seconds(60)), (8, nil)] as [(pid_t, Duration?)] {
            let named = environment.merging(["WATCHDOG_PID": "7"]) { $1 }
            #expect(ServiceManager(environment: named, process: process)?.patience == patience)
        }
    }

    /// The other end: the socket that systemd would have bound.
    private final class Listener {
        private let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

        init(_ name: String) throws {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            let bytes = name.hasPrefix("@") ? [0] + name.utf8.dropFirst() : Array(name.utf8)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(2 + bytes.count))
                }
            }
            try #require(bound == 0)
        }

        deinit { close(descriptor) }

        /// The next datagram; the test's own time limit ends a wait for one that never comes.
        func next() -> String {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        }
    }
}
