import Foundation
import Synchronization
import TestSupport
import Vocabulary

@testable import Capture

/// A watched directory with somebody who answers claims as the frame's path does, and keeps the books.
final class Yard: Sendable {
    struct Answer: Sendable {
        var claim: Claim
        var bytes: Int
        var reason: String?
    }

    struct Books: Sendable {
        var answers: [Answer] = []
        var noted: [NotedFile] = []
        var gone: [FrameID] = []
        /// How many were noted at the end of a first look.
        var firstLooks: [Int] = []
        var taken = 0
        var handedBack = 0
        var isBusy = false
    }

    let directory: TemporaryDirectory
    let backlog: Backlog
    let watcher: Watcher
    private let books: Shared<Books>

    /// - Parameters:
    ///   - directory: one of an earlier yard for a restart.
    ///   - sources: below the directory; the directory itself where there are none.
    ///   - earlier: what the earlier yards answered.
    init(
        in directory: TemporaryDirectory? = nil, recursive: Bool = true, patterns: [String] = ["*.jpg", "*.jpeg"],
        watch: WatchedSource.Watch = .auto, path: String = "", earlier: [Yard] = [], firstLook: Instant? = nil,
        capacity: Int = 10_000, watchLimit: Int = .max, settle: Duration = .milliseconds(300), isAnswering: Bool = true,
        known: (@Sendable ([FrameID]) -> Set<FrameID>)? = nil, clock: @escaping @Sendable () -> Moment = realClock
    ) throws {
        let directory = try directory ?? TemporaryDirectory()
        let books = Shared(Books())
        let backlog = Backlog(capacity: capacity)
        let recorded = Set(earlier.flatMap { $0.recorded.map(\.id) + $0.noted.map(\.identity.id) })
        var surroundings = Surroundings(
            clock: clock, backlog: backlog,
            earlier: EarlierFrames(
                known: known ?? { Set($0).intersection(recorded) }, firstLook: { _ in firstLook }),
            onNoted: { noted in books.value.withLock { $0.noted += noted } },
            onGone: { gone in books.value.withLock { $0.gone += gone } },
            onFirstLook: { _ in books.value.withLock { $0.firstLooks.append($0.noted.count) } })
        surroundings.times.settle = settle
        surroundings.times.growth = .milliseconds(20)
        surroundings.times.check = .milliseconds(50)
        surroundings.times.poll = .milliseconds(30)
        surroundings.watchLimit = watchLimit
        let source = WatchedSource(
            name: "nest", directory: path.isEmpty ? directory.url.path : directory.path(path), patterns: patterns,
            recursive: recursive, watch: watch)
        let watcher = Watcher(sources: [source], surroundings: surroundings)
        self.directory = directory
        self.backlog = backlog
        self.watcher = watcher
        self.books = books
        watcher.start()
        if isAnswering { startAnswering() }
    }

    deinit { close() }

    func close() {
        watcher.stop()
        backlog.close()
    }

    func startAnswering() {
        let (watcher, backlog, books) = (watcher, backlog, books)
        startThread(named: "answers") {
            var reader = FrameReader()
            while true {
                books.value.withLock { $0.isBusy = false }
                guard let claim = backlog.take() else { return }
                books.value.withLock { books in
                    books.isBusy = true
                    books.taken += 1
                }
                switch reader.read(claim) {
                case .complete(let bytes):
                    let count = bytes.count
                    books.value.withLock { $0.answers.append(Answer(claim: claim, bytes: count)) }
                case .unreadable(let reason):
                    books.value.withLock { $0.answers.append(Answer(claim: claim, bytes: 0, reason: reason)) }
                case .growing, .changed, .gone:
                    books.value.withLock { $0.handedBack += 1 }
                    watcher.settle(claim)
                }
            }
        }
    }

    var status: SourceStatus { watcher.status()[0] }
    var answers: [Answer] { books.value.withLock { $0.answers } }
    var recorded: [Claim] { answers.map(\.claim) }
    var noted: [NotedFile] { books.value.withLock { $0.noted } }
    var gone: [FrameID] { books.value.withLock { $0.gone } }
    var firstLooks: [Int] { books.value.withLock { $0.firstLooks } }
    var handedBack: Int { books.value.withLock { $0.handedBack } }

    func waitUntilLookedThrough(times: Int = 1) -> Bool {
        let before = status.scans
        for round in 1...times {
            watcher.rescan()
            guard eventually({ status.scans >= before + round }) else { return false }
        }
        return true
    }

    /// Whether nothing more comes after everything was looked through twice.
    func isQuiet() -> Bool {
        eventually {
            let before = answers.count
            guard waitUntilLookedThrough(times: 2) else { return false }
            let isBusy = books.value.withLock { $0.isBusy }
            return !isBusy && backlog.count == 0 && status.settling == 0 && answers.count == before
        }
    }

    /// The names below the directory that were answered, sorted.
    var names: [String] { recorded.map { String($0.path.dropFirst(directory.url.path.count + 1)) }.sorted() }
}

/// A value in a box that closures can share.
final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}
