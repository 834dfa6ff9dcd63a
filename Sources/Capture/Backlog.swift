public import Vocabulary

/// Files that wait to be answered: watchers put them in, the decoder takes them out.
///
/// The newest frame of each source goes first, in turn between sources; what is older waits until no source has news.
/// Bounded: when it is full, the source that has most loses its oldest claim. The watcher hears of that and finds the
/// file again when there is room: the backlog proper lies on disk.
public final class Backlog: Sendable {
    fileprivate struct Queue: Sendable {
        var claims = ClaimHeap()
        /// The newest claim that was ever taken: what comes after it is news.
        var newestTaken: ClaimHeap.Age?
        var forgotten: [CompactFrameID] = []

        var hasNews: Bool {
            guard let newest = claims.newest else { return false }
            return newestTaken.map { $0 < newest } ?? true
        }
    }

    fileprivate struct State: Sendable {
        var queues: [Queue] = []
        var places: [String: Int] = [:]
        /// Whose turn it is.
        var turn = 0
        var count = 0
        var sequence: UInt64 = 0
        var forgotten = 0
        var isClosed = false
    }

    /// How many claims it holds at most.
    public let capacity: Int
    private let state = Monitor(State())

    /// - Parameter capacity: claims of all sources together; one takes about 400 bytes.
    public init(capacity: Int = 10_000) {
        self.capacity = max(capacity, 1)
    }

    /// Adds a claim; never blocks.
    public func put(_ claim: Claim) {
        state.with { state in
            if state.isClosed { return }
            let place = state.place(of: claim.identity.source)
            state.sequence += 1
            let age = ClaimHeap.Age(completed: claim.completed.monotonic, sequence: state.sequence)
            state.queues[place].claims.insert(claim, age: age)
            state.count += 1
            if state.count > capacity { state.forgetOldest() }
        }
    }

    /// The next claim: waits until there is one.
    /// - Returns: nil once the backlog is closed, whatever it still holds: the next start finds those files again.
    public func take() -> Claim? {
        state.wait { state -> Claim?? in
            if state.isClosed { return .some(nil) }
            return state.next().map(Optional.some)
        }
    }

    /// The next claim, waited for no longer than `limit`.
    /// - Returns: nil when the time is over or the backlog closed.
    public func take(atMost limit: Duration) -> Claim? {
        state.wait(atMost: limit) { state -> Claim?? in
            if state.isClosed { return .some(nil) }
            return state.next().map(Optional.some)
        } ?? nil
    }

    /// Ends all waiting; nothing is given out or taken in any more.
    public func close() {
        state.with { $0.isClosed = true }
    }

    /// How many claims wait.
    public var count: Int { state.with { $0.count } }

    /// How many claims wait, by source.
    public var counts: [String: Int] {
        state.with { state in state.places.mapValues { state.queues[$0].claims.count } }
    }

    /// The newest claims that wait, newest first, without taking them: for pages.
    /// - Complexity: O(n log n) of all that wait.
    public func newest(_ limit: Int) -> [Claim] {
        let all = state.with { state in state.queues.flatMap(\.claims.all) }
        return all.sorted { $1.age < $0.age }.prefix(max(limit, 0)).map(\.claim)
    }

    /// How many claims were given up for want of room so far. Their files are found again by a rescan.
    public var forgotten: Int { state.with { $0.forgotten } }

    /// Has a file found again that was taken from here and is not on record after all.
    public func giveBack(_ frame: FrameIdentity) {
        state.with { state in
            guard let place = state.places[frame.source] else { return }
            state.queues[place].forgotten.append(frame.compactID)
        }
    }

    /// What was given up of a source, once: when there is room for more again, else nothing yet.
    func takeForgotten(of source: String) -> [CompactFrameID] {
        state.with { state in
            guard state.count <= capacity / 2, let place = state.places[source] else { return [] }
            defer { state.queues[place].forgotten = [] }
            return state.queues[place].forgotten
        }
    }

    /// Drops what waits of a source that is no longer watched.
    func remove(source: String) {
        state.with { state in
            guard let place = state.places[source] else { return }
            state.count -= state.queues[place].claims.count
            state.queues[place] = Queue()
        }
    }
}

extension Backlog.State {
    fileprivate mutating func place(of source: String) -> Int {
        if let place = places[source] { return place }
        queues.append(.init())
        places[source] = queues.count - 1
        return queues.count - 1
    }

    fileprivate mutating func next() -> Claim? {
        guard count > 0 else { return nil }
        let order = (0..<queues.count).map { (turn + $0) % queues.count }
        guard
            let place = order.first(where: { queues[$0].hasNews })
                ?? order.first(where: { queues[$0].claims.count > 0 }),
            let (age, claim) = queues[place].claims.removeNewest()
        else { return nil }
        queues[place].newestTaken = max(queues[place].newestTaken ?? age, age)
        turn = place + 1
        count -= 1
        return claim
    }

    fileprivate mutating func forgetOldest() {
        guard let place = queues.indices.max(by: { queues[$0].claims.count < queues[$1].claims.count }),
            let claim = queues[place].claims.removeOldest()
        else { return }
        queues[place].forgotten.append(claim.identity.compactID)
        count -= 1
        forgotten += 1
    }
}
