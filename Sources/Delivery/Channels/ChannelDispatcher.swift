public import Foundation
public import Store
import Synchronization
public import Vocabulary

/// Carries what the outbox holds to the channels: each at its own pace, in a task of its own, so that a slow server
/// holds up nobody else.
///
/// A message is delivered at least once with the same key, or recorded as expired, limited or failed.
public final class ChannelDispatcher: Sendable {
    private struct State {
        var wanted: [ChannelSettings]
        var couriers: [String: ChannelCourier] = [:]
    }

    private let state: Mutex<State>
    private let office: ChannelCourier.Office
    private let make: @Sendable (ChannelSettings) -> any Channel
    private let bell = Bell()

    /// - Parameters:
    ///   - timeZone: in which messages tell times of day.
    ///   - clock: monotonic and wall time of now.
    ///   - jitter: a random number from 0 to 1, for pauses after failures.
    ///   - trouble: told when a channel gets into trouble (a sentence) and out of it (nil).
    public convenience init(
        channels: [ChannelSettings], store: Store, client: HTTPClient, timeZone: TimeZone,
        clock: @escaping @Sendable () -> Moment, jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        trouble: @escaping @Sendable (_ channel: String, _ sentence: String?) -> Void = { _, _ in }
    ) {
        self.init(
            channels: channels, store: store, timeZone: timeZone, clock: clock, jitter: jitter, trouble: trouble
        ) { settings in makeChannel(settings, client: client) }
    }

    init(
        channels: [ChannelSettings], store: Store, timeZone: TimeZone, clock: @escaping @Sendable () -> Moment,
        jitter: @escaping @Sendable () -> Double, trouble: @escaping @Sendable (String, String?) -> Void,
        make: @escaping @Sendable (ChannelSettings) -> any Channel
    ) {
        state = Mutex(State(wanted: channels))
        office = ChannelCourier.Office(
            store: store, composer: MessageComposer(store: store, words: MessageWords(timeZone: timeZone)),
            clock: clock, jitter: jitter, trouble: trouble)
        self.make = make
    }

    /// Delivers until the task is cancelled. What is being sent then stays in the outbox.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in self.office.store.changes() { self.wakeAll() }
            }
            group.addTask { await self.keepCouriers() }
            await group.waitForAll()
        }
    }

    /// Takes other channels into force. A channel that changed goes on under its new settings after the message at hand.
    public func replace(channels: [ChannelSettings]) {
        state.withLock { $0.wanted = channels }
        bell.ring()
    }

    /// What is known of each channel, in the order of the settings.
    public func status() -> [ChannelStatus] {
        state.withLock { state in
            state.wanted.map { settings in
                state.couriers[settings.name]?.status ?? ChannelStatus(name: settings.name, kind: settings.kind.name)
            }
        }
    }

    private func wakeAll() {
        for courier in state.withLock(\.couriers).values { courier.wake() }
    }

    /// Starts a courier for each channel and stops those that are no longer wanted.
    private func keepCouriers() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for courier in hire() {
                    group.addTask {
                        await courier.run()
                        self.state.withLock { state in
                            if state.couriers[courier.settings.name] === courier {
                                state.couriers[courier.settings.name] = nil
                            }
                        }
                        self.bell.ring()  // its successor may begin
                    }
                }
                await bell.wait(atMost: ChannelCourier.longestSleep)
            }
        }
    }

    /// Couriers that have to be started. One channel never has two.
    private func hire() -> [ChannelCourier] {
        state.withLock { state in
            let wanted = Dictionary(state.wanted.map { ($0.name, $0) }, uniquingKeysWith: { _, later in later })
            for (name, courier) in state.couriers where wanted[name] != courier.settings { courier.stop() }
            return wanted.values.filter { state.couriers[$0.name] == nil }.map { settings in
                let courier = ChannelCourier(settings, channel: make(settings), office: office)
                state.couriers[settings.name] = courier
                return courier
            }
        }
    }
}
