import CKernels
import Glibc
import Synchronization

/// The helpers of one network: threads that run units of a step beside the caller.
///
/// The caller publishes a step as one word: a generation, and which units are left. Caller and workers take one by
/// compare-and-swap until none is left, the caller the first, a worker the last: so what a thread reads in one step is
/// mostly what it wrote in the one before, and lies in its core's cache. Then the caller waits for the units that others
/// still have. Nothing is dealt out beforehand, so that a worker whose core is busy with something else costs nothing: the
/// caller does the work itself.
///
/// Between the steps of a run the workers watch the word, after it for a moment; then they sleep on a semaphore, and the
/// caller wakes them with its next step. On a machine with few cores they stay off the one the caller is on: left alone, the scheduler often puts both on
/// one.
final class WorkerPool {
    private let shared: Shared
    private var threads: [pthread_t] = []
    private var callerCPU: Int32 = -1

    /// Starts `helpers` threads; fewer where the system refuses one.
    init(steps: [any Step], helpers: Int) {
        shared = Shared(steps: steps, helpers: helpers)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 << 10)
        defer { pthread_attr_destroy(&attributes) }
        for index in 1...max(helpers, 1) where helpers > 0 {
            let job = Unmanaged.passRetained(Job(shared: shared, thread: index))
            var thread = pthread_t()
            let code = pthread_create(
                &thread, &attributes,
                { argument in
                    guard let argument else { return nil }
                    Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().work()
                    return nil
                }, job.toOpaque())
            guard code == 0 else {
                job.release()
                break
            }
            threads.append(thread)
        }
    }

    deinit {
        shared.isClosed.store(true, ordering: .sequentiallyConsistent)
        for _ in threads { sem_post(shared.wake) }
        for thread in threads { pthread_join(thread, nil) }
    }

    /// Whether there is anybody but the caller.
    var isEmpty: Bool { threads.isEmpty }

    /// Whether the workers take part in the steps of this run.
    private(set) var takesPart = true
    private var stalled = false
    private var resting = 0
    private var nextRest = 1
    private static let longestRest = 64

    /// Decides whether the workers take part, and tells them to leave the caller's core; once before the steps of a run.
    ///
    /// Where somebody else has a worker's core, a unit that is stopped there in the middle is waited for. After a run in
    /// which that happened the caller does some alone, twice as many each time, before it tries again: a busy neighbour makes
    /// two threads as fast as one, not slower.
    func prepare() {
        if stalled {
            resting = nextRest
            nextRest = min(2 * nextRest, Self.longestRest)
            stalled = false
        } else if takesPart {
            nextRest = 1
        }
        takesPart = resting == 0
        resting = max(resting - 1, 0)
        guard takesPart else { return }
        shared.isRunning.store(true, ordering: .relaxed)
        let cpu = rk_current_cpu()
        if cpu != callerCPU { sendWorkersOff(cpu) }
    }

    /// After the last step of a run: the workers soon go to sleep.
    func finish() { shared.isRunning.store(false, ordering: .relaxed) }

    private func sendWorkersOff(_ cpu: Int32) {
        callerCPU = cpu
        for index in shared.workers.indices {  // not an iterator: the debug build would put one on the heap
            let id = shared.workers[index].load()
            if id == 0 { callerCPU = -1 } else { rk_keep_off_cpu(Int32(id), cpu) }  // 0: not started yet, next time
        }
    }

    /// Runs all units of a step; returns when the last is finished. Called by one thread at a time.
    func run(step index: Int, units: Int) {
        let start = rk_microseconds()
        let generation = (shared.claim.load(ordering: .relaxed) >> 32) &+ 1
        shared.step.store(index, ordering: .relaxed)
        shared.finished.store(0, ordering: .relaxed)
        shared.claim.store(generation << 32 | UInt64(units), ordering: .sequentiallyConsistent)
        if shared.sleepers.load(ordering: .sequentiallyConsistent) > 0 {
            let sleeping = shared.sleepers.exchange(0, ordering: .sequentiallyConsistent)
            for _ in 0..<max(sleeping, 0) { sem_post(shared.wake) }
        }
        let step = shared.steps[index]
        var own = 0
        while let unit = shared.take(0) {
            step.run(unit: unit, thread: 0)
            own += 1
        }
        let others = units - own
        guard shared.finished.load(ordering: .acquiring) < others else { return }
        // What is waited for was begun before: twice the time of a unit is more than it takes, unless its core is gone.
        let now = rk_microseconds()
        waitForOthers(others, until: now + Self.patience + (own > 0 ? 2 * (now - start) / UInt64(own) : 0))
    }

    /// - Parameter units: those that the others took.
    private func waitForOthers(_ units: Int, until deadline: UInt64) {
        while rk_microseconds() < deadline {
            for _ in 0..<Self.looks {
                if shared.finished.load(ordering: .acquiring) >= units { return }
                rk_pause()
            }
        }
        fetchStopped()
        while shared.finished.load(ordering: .acquiring) < units {
            sched_yield()  // to the worker on this very core: let it finish
        }
        stalled = true
        sendWorkersOff(rk_current_cpu())
    }

    /// Takes the workers that have a unit onto the caller's core, which waits for them anyway: where another program has
    /// theirs, they would wait for milliseconds until it is their turn.
    private func fetchStopped() {
        let cpu = rk_current_cpu()
        for index in shared.workers.indices where shared.workers[index].isBusy {
            rk_move_to_cpu(Int32(shared.workers[index].load()), cpu)
        }
    }

    /// Looks at a word between two at the clock: a pause takes from 10 to 60 ns, depending on the processor.
    static let looks = 16
    /// How long a worker watches for the next step of a run, and for the next run, before it gives its core away, in µs.
    static let attention: (inRun: UInt64, after: UInt64) = (1_000, 40)
    /// How long the caller waits for the last units at least, in µs.
    private static let patience: UInt64 = 200
}

/// What caller and workers share.
///
/// `@unchecked Sendable`: `steps` is never changed after `init`, and the units of one step write apart from each other
/// (``Step``); a unit is run by the one thread whose compare-and-swap took it, between the publication (released, acquired
/// by the swap) and the count of finished units (released, acquired by the caller). The rest is atomic, and a semaphore
/// is made for several threads.
private final class Shared: @unchecked Sendable {
    let steps: [any Step]
    /// Bytes between what different threads write: a cache line and the one that is fetched with it.
    private typealias Gap = InlineArray<16, UInt64>
    private let gapBeforeClaim = Gap(repeating: 0)
    let claim = Atomic<UInt64>(0)
    let step = Atomic<Int>(0)
    private let gapBeforeFinished = Gap(repeating: 0)
    /// Units that the workers have finished: a worker says so when it finds none left.
    let finished = Atomic<Int>(0)
    private let gapBehindFinished = Gap(repeating: 0)
    let sleepers = Atomic<Int>(0)
    let isClosed = Atomic<Bool>(false)
    /// Between the first and the last step of a run.
    let isRunning = Atomic<Bool>(false)
    /// The workers' kernel ids, once they run: at most three.
    let workers: [WorkerID]
    let wake: UnsafeMutablePointer<sem_t>

    init(steps: [any Step], helpers: Int) {
        self.steps = steps
        workers = (0..<helpers).map { _ in WorkerID() }
        wake = .allocate(capacity: 1)
        sem_init(wake, 0, 0)
    }

    deinit {
        sem_destroy(wake)
        wake.deallocate()
    }

    /// Whether units of the published step are left.
    @inline(__always)
    private static func hasUnits(_ word: UInt64) -> Bool { (word >> 16) & 0xFFFF < word & 0xFFFF }

    /// Takes a unit of the published step; nil where none is left. The word: generation, first unit left, end of those left.
    @inline(__always)
    func take(_ thread: Int) -> Int? {
        var word = claim.load(ordering: .acquiring)
        while Self.hasUnits(word) {
            let takesFirst = thread & 1 == 0
            let (exchanged, original) = claim.compareExchange(
                expected: word, desired: takesFirst ? word + (1 << 16) : word - 1, ordering: .acquiringAndReleasing)
            if exchanged { return takesFirst ? Int((word >> 16) & 0xFFFF) : Int(word & 0xFFFF) - 1 }
            word = original
        }
        return nil
    }

    /// Sleeps until the caller publishes a step. Who announces its sleep looks once more for work; the caller publishes
    /// before it looks for sleepers: so one of them sees the other.
    func sleep() {
        sleepers.add(1, ordering: .sequentiallyConsistent)
        let word = claim.load(ordering: .sequentiallyConsistent)
        if Self.hasUnits(word) || isClosed.load(ordering: .sequentiallyConsistent) {
            var count = sleepers.load(ordering: .relaxed)
            while count > 0 {
                let (exchanged, original) = sleepers.compareExchange(
                    expected: count, desired: count - 1, ordering: .sequentiallyConsistent)
                if exchanged { return }
                count = original
            }
            // The caller has counted this thread among those it wakes: take that token, it is on its way.
        }
        while sem_wait(wake) != 0 {}
    }
}

/// A worker's thread id and what it is at, in a place that can stand in an array.
private final class WorkerID: Sendable {
    private let id = Atomic<Int>(0)
    private let busy = Atomic<Bool>(false)

    /// Whether it has taken a unit and not finished it; a hint.
    var isBusy: Bool {
        get { busy.load(ordering: .relaxed) }
        set { busy.store(newValue, ordering: .relaxed) }
    }

    func load() -> Int { id.load(ordering: .acquiring) }
    func store(_ value: Int) { id.store(value, ordering: .releasing) }
}

/// One worker's life.
private final class Job: Sendable {
    private let shared: Shared
    private let thread: Int

    init(shared: Shared, thread: Int) {
        self.shared = shared
        self.thread = thread
    }

    func work() {
        var signals = sigset_t()  // signals are for the daemon's own threads
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        rk_name_thread("rooster-infer")
        let own = shared.workers[thread - 1]
        own.store(Int(rk_thread_id()))
        while !shared.isClosed.load(ordering: .relaxed) {
            guard let first = awaitUnit() else {
                shared.sleep()
                continue
            }
            own.isBusy = true
            // Nothing else is published before these are counted.
            let step = shared.steps[shared.step.load(ordering: .relaxed)]
            step.run(unit: first, thread: thread)
            var done = 1
            while let unit = shared.take(thread) {
                step.run(unit: unit, thread: thread)
                done += 1
            }
            shared.finished.add(done, ordering: .releasing)
            own.isBusy = false
        }
    }

    /// Watches for a step for a while.
    private func awaitUnit() -> Int? {
        let start = rk_microseconds()
        while !shared.isClosed.load(ordering: .relaxed) {
            for _ in 0..<WorkerPool.looks {
                if let unit = shared.take(thread) { return unit }
                rk_pause()
            }
            let attention =
                shared.isRunning.load(ordering: .relaxed) ? WorkerPool.attention.inRun : WorkerPool.attention.after
            if rk_microseconds() - start > attention { return nil }
        }
        return nil
    }
}
