import Glibc
import Synchronization
public import Vocabulary

/// Watches capture directories and claims each file once: a plain thread a source, claims go into the backlog.
public final class Watcher: Sendable {
    private struct Post: Sendable {
        var source: WatchedSource
        var desk: SourceDesk
    }

    private struct State: Sendable {
        var posts: [Post]
        var isStarted = false
        var isStopped = false
    }

    private let surroundings: Surroundings
    private let state: Mutex<State>

    /// A watcher that has not started yet.
    /// - Parameters:
    ///   - sources: their names are unique.
    ///   - rescanEvery: between two looks at everything, for what no event told.
    ///   - settle: how long a file without its end must not have changed to be taken as it is.
    ///   - clock: the same clock that measures deadlines.
    ///   - onNoted: files that the first start leaves alone, some hundred at once.
    ///   - onGone: frames whose file is no longer there, some hundred at once.
    ///   - onFirstLook: a source was looked through for the first time ever; after what is noted there.
    ///
    /// The closures are called from the watcher's threads; while one runs, its source stands still.
    public convenience init(
        sources: [WatchedSource], rescanEvery: Duration = .seconds(60), settle: Duration = .seconds(2),
        clock: @escaping @Sendable () -> Moment, backlog: Backlog, earlier: EarlierFrames,
        onNoted: @escaping @Sendable ([NotedFile]) -> Void, onGone: @escaping @Sendable ([FrameID]) -> Void,
        onFirstLook: @escaping @Sendable (_ source: String) -> Void
    ) {
        var surroundings = Surroundings(
            clock: clock, backlog: backlog, earlier: earlier, onNoted: onNoted, onGone: onGone,
            onFirstLook: onFirstLook)
        surroundings.times.rescan = rescanEvery
        surroundings.times.settle = settle
        self.init(sources: sources, surroundings: surroundings)
    }

    init(sources: [WatchedSource], surroundings: Surroundings) {
        self.surroundings = surroundings
        state = Mutex(State(posts: sources.map { Self.post($0, surroundings) }))
    }

    deinit { state.withLock { state in for post in state.posts { post.desk.ask { $0.stop = true } } } }

    /// Starts the threads.
    public func start() {
        state.withLock { state in
            if state.isStarted { return }
            state.isStarted = true
            for post in state.posts { launch(post) }
        }
    }

    /// Ends the threads and waits for them, for two seconds at most: one that hangs in a dead file server is left behind.
    public func stop() {
        let posts = state.withLock { state -> [Post] in
            if !state.isStarted || state.isStopped { return [] }
            state.isStopped = true
            return state.posts
        }
        for post in posts { post.desk.ask { $0.stop = true } }
        for post in posts { _ = post.desk.waitUntilFinished(atMost: .seconds(2)) }
    }

    /// Takes changed settings without forgetting which files were taken.
    public func replace(sources: [WatchedSource]) {
        let dropped = state.withLock { state -> [Post] in
            if state.isStopped { return [] }
            var posts: [Post] = []
            for source in sources {
                if var post = state.posts.first(where: { $0.source.name == source.name }) {
                    if post.source != source { post.desk.ask { $0.source = source } }
                    post.source = source
                    posts.append(post)
                } else {
                    let post = Self.post(source, surroundings)
                    if state.isStarted { launch(post) }
                    posts.append(post)
                }
            }
            let dropped = state.posts.filter { old in !posts.contains { $0.desk === old.desk } }
            for post in dropped { post.desk.ask { $0.stop = true } }
            state.posts = posts
            return dropped
        }
        for post in dropped {
            if state.withLock({ $0.isStarted }) { _ = post.desk.waitUntilFinished(atMost: .seconds(2)) }
            surroundings.backlog.remove(source: post.source.name)
        }
    }

    /// How the sources are doing, in the order of the settings. Never waits for a file system.
    public func status() -> [SourceStatus] {
        let now = surroundings.clock()
        return state.withLock { $0.posts }.map { $0.desk.status(now: now) }
    }

    /// Looks through everything again, now.
    public func rescan() {
        for post in state.withLock({ $0.posts }) { post.desk.ask { $0.rescan = true } }
    }

    /// Takes a claim back whose file grows, has changed or is not where it was. It is claimed again when it is complete,
    /// when it had its time to grow, or under its new name; where it is gone, it is forgotten.
    public func settle(_ claim: Claim) {
        let posts = state.withLock { $0.posts }
        posts.first { $0.source.name == claim.identity.source }?.desk.ask { $0.handedBack.append(claim) }
    }

    /// Behaves as if the kernel's queue had overflowed; for tests.
    func loseEvents() {
        for post in state.withLock({ $0.posts }) { post.desk.ask { $0.loseEvents = true } }
    }

    private static func post(_ source: WatchedSource, _ surroundings: Surroundings) -> Post {
        let now = surroundings.clock().wall
        let status = SourceStatus(name: source.name, directory: source.directory, since: now)
        return Post(source: source, desk: SourceDesk(status))
    }

    private func launch(_ post: Post) {
        let surroundings = surroundings
        startThread(named: "watch \(post.source.name)") {
            SourceLoop(post.source, desk: post.desk, surroundings: surroundings).run()
            post.desk.finish()
        }
    }
}
