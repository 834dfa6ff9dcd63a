import Foundation
import Glibc
import Testing
import Vocabulary

/// All tests of the target: one after the other, because each checks that it left no process and no descriptor behind.
@Suite(.serialized, .leavesNothingBehind)
enum DeliveryTests {}

/// Fails a test after which a child process, a zombie or a descriptor is left that was not there before.
struct LeavesNothingBehind: TestTrait, SuiteTrait, TestScoping {
    var isRecursive: Bool { true }

    func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? { testCase == nil ? nil : self }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let before = Self.descriptors()
        try await function()
        let isClean = await eventually(within: .seconds(30)) {
            Self.children().isEmpty && Set(Self.descriptors().keys).isSubset(of: before.keys)
        }
        if !isClean {
            let left = Self.descriptors().filter { before[$0.key] == nil }
            Issue.record("left behind: descriptors \(left), children \(Self.children())")
        }
    }

    /// What is open, without what Dispatch and the concurrency runtime keep for themselves.
    private static func descriptors() -> [Int32: String] {
        var open: [Int32: String] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let number = Int32(name),
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"),
                !target.hasPrefix("anon_inode:[event"), !target.hasPrefix("anon_inode:[timerfd"),
                !target.hasPrefix("/proc/")
            else { continue }
            open[number] = target
        }
        return open
    }

    /// Processes whose parent is this one, zombies included.
    private static func children() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { name in
            guard Int32(name) != nil, let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                !stat.contains("(llvm-symbolizer)"),  // a sanitizer's own
                let close = stat.lastIndex(of: ")")
            else { return nil }
            let fields = stat[stat.index(after: close)...].split(separator: " ")
            return fields.count > 1 && fields[1] == "\(getpid())" ? stat : nil
        }
    }
}

extension Trait where Self == LeavesNothingBehind {
    static var leavesNothingBehind: Self { Self() }
}

/// Waits until something is so. False: it was not within the time.
func eventually(within time: Duration = .seconds(60), _ condition: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + time
    while !condition() {
        if ContinuousClock.now >= end { return condition() }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return true
}

/// Both clocks, as the appliance reads them.
@Sendable func systemClock() -> Moment {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    let monotonic = Duration.seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    clock_gettime(CLOCK_REALTIME, &time)
    return Moment(
        monotonic: monotonic, wall: Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000))
}
