internal import Store
import Synchronization
public import Vocabulary

/// What is known of a channel, for pages and metrics.
public struct ChannelStatus: Hashable, Sendable {
    /// The name of the channel.
    public var name: String
    /// The word of its kind.
    public var kind: String
    /// Why the last message was not delivered: a sentence; nil: the last one was.
    public var trouble: String?
    /// Since when there is trouble.
    public var since: Instant?
    /// When it is tried again; nil: at once with the next message.
    public var pausedUntil: Instant?
    /// Messages delivered since the start.
    public var delivered = 0
    /// Messages given up since the start because of `at_most`.
    public var limited = 0
    /// Messages given up since the start because they were refused, or nothing is left to tell of.
    public var failed = 0
}

/// Carries the messages of one channel, one after the other, in a task of its own.
final class ChannelCourier: Sendable {
    /// What every courier of a dispatcher has.
    struct Office: Sendable {
        var store: Store
        var composer: MessageComposer
        var clock: @Sendable () -> Moment
        var jitter: @Sendable () -> Double
        /// Told when there is trouble, or (nil) none any more.
        var trouble: @Sendable (String, String?) -> Void
    }

    /// What the loop remembers from turn to turn.
    private struct Memory {
        var window: SlidingWindow
        var steps = ClockSteps()
        var pausedUntil: Duration?
        var failures = 0
        /// Delivered, and the record could not be told: never delivered again, told with the next turn.
        var untold: Set<Int64> = []
    }

    let settings: ChannelSettings
    private let channel: any Channel
    private let office: Office
    private let bell = Bell()
    private let isStopped = Mutex(false)
    private let statusBox: Mutex<ChannelStatus>

    /// Messages taken at a time.
    static let batch = 16
    /// Without a bell it looks anyway: nothing depends on a wake-up that was lost.
    static let longestSleep = Duration.seconds(60)
    /// After the record could not be asked.
    static let storePause = Duration.seconds(5)

    init(_ settings: ChannelSettings, channel: any Channel, office: Office) {
        self.settings = settings
        self.channel = channel
        self.office = office
        statusBox = Mutex(ChannelStatus(name: settings.name, kind: settings.kind.name))
    }

    /// What is known of the channel.
    var status: ChannelStatus { statusBox.withLock { $0 } }

    /// Something changed: look again.
    func wake() { bell.ring() }

    /// Ends ``run()`` after the message at hand.
    func stop() {
        isStopped.withLock { $0 = true }
        bell.ring()
    }

    /// Delivers until it is stopped or its task cancelled.
    func run() async {
        var memory = Memory(window: SlidingWindow(settings.atMost))
        await restore(&memory.window)
        while isRunning {
            let sleep = await turn(&memory)
            if isRunning && sleep > .zero { await bell.wait(atMost: sleep) }
        }
    }

    /// What was delivered before a restart counts for `at_most`. The record says how many, not when: they are taken as
    /// spread over the window.
    private func restore(_ window: inout SlidingWindow) async {
        let now = office.clock()
        let length = settings.atMost.window
        guard let count = try? await office.store.delivered(channel: settings.name, since: now.wall - length) else {
            return
        }
        let most = min(count, settings.atMost.count)
        for number in 0..<max(0, most) {
            window.note(at: now.monotonic - length * (Double(most - number) - 0.5) / Double(most))
        }
    }

    private var isRunning: Bool { !Task.isCancelled && !isStopped.withLock { $0 } }

    /// Delivers what is due.
    /// - Returns: how long there is nothing to do.
    private func turn(_ memory: inout Memory) async -> Duration {
        var now = office.clock()
        if let until = memory.pausedUntil {
            if now.monotonic < until { return min(until - now.monotonic, Self.longestSleep) }
            memory.pausedUntil = nil
            statusBox.withLock { $0.pausedUntil = nil }
        }
        do {
            memory.steps.note(now)
            if memory.steps.owed != .zero {
                try await office.store.moveDeliveries(
                    channel: settings.name, by: memory.steps.owed,
                    exceptMade: min(memory.steps.since, now.wall)...now.wall)
                memory.steps.settle()
            }
            let items = try await office.store.dueDeliveries(
                channel: settings.name, now: now.wall, limit: Self.batch)
            for item in items where isRunning && memory.pausedUntil == nil {
                try await carry(item, &memory)
            }
            now = office.clock()
            if let until = memory.pausedUntil { return min(until - now.monotonic, Self.longestSleep) }
            if items.count == Self.batch { return .zero }
            guard let next = try await office.store.nextDelivery(channel: settings.name) else {
                return Self.longestSleep
            }
            // Never without a pause: what is due and does not come must not make this spin.
            return min(max(next - now.wall, .milliseconds(250)), Self.longestSleep)
        } catch {
            return Self.storePause  // the store itself says what is wrong
        }
    }

    private func carry(_ item: OutboxItem, _ memory: inout Memory) async throws(StoreError) {
        let store = office.store
        let now = office.clock()
        if memory.untold.contains(item.id) {
            try await store.markDelivered(item.id, at: now.wall)
            memory.untold.remove(item.id)
            return
        }
        if memory.window.isFull(now: now.monotonic) {
            try await store.giveUp(item.id, as: .limited, error: "more than \(settings.atMost)", at: now.wall)
            statusBox.withLock { $0.limited += 1 }
            return
        }
        guard let message = try await office.composer.message(item, now: now.wall) else {
            try await store.giveUp(
                item.id, as: .failed, error: "the record no longer holds what it tells of", at: now.wall)
            statusBox.withLock { $0.failed += 1 }
            return
        }
        do {
            try await channel.deliver(message)
        } catch {
            if Task.isCancelled { return }  // stays in the outbox, with its key
            return try await failed(item, error, &memory)
        }
        let after = office.clock()
        memory.failures = 0
        memory.window.note(at: after.monotonic)
        statusBox.withLock { $0.delivered += 1 }
        note(trouble: nil, at: after)
        memory.untold.insert(item.id)
        try await store.markDelivered(item.id, at: after.wall)
        memory.untold.remove(item.id)
    }

    private func failed(
        _ item: OutboxItem, _ failure: DeliveryFailure, _ memory: inout Memory
    ) async throws(StoreError) {
        let now = office.clock()
        note(trouble: failure.sentence, at: now)
        if case .refused = failure {
            try await office.store.giveUp(item.id, as: .failed, error: failure.sentence, at: now.wall)
            statusBox.withLock { $0.failed += 1 }
            return
        }
        memory.failures += 1
        let pause = BackOff.pause(after: failure, failures: memory.failures, jitter: office.jitter())
        memory.pausedUntil = now.monotonic + pause
        statusBox.withLock { $0.pausedUntil = now.wall + pause }
        try await office.store.retry(item.id, at: now.wall + pause, error: failure.sentence)
    }

    private func note(trouble: String?, at now: Moment) {
        let isNew = statusBox.withLock { status in
            defer {
                status.since = trouble == nil ? nil : status.since ?? now.wall
                status.trouble = trouble
            }
            return status.trouble != trouble
        }
        if isNew { office.trouble(settings.name, trouble) }
    }
}
