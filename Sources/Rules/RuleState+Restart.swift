public import Vocabulary

// Monotonic time begins anew with every boot. What was noted in an earlier one is carried over by its age; an age that
// cannot be known counts as none, so that a wait is never longer than it is configured, and never skipped because a
// clock was set.

extension RuleState {
    /// Takes up a state that was loaded from disk.
    /// - Parameters:
    ///   - boot: what tells this boot from others (`/proc/sys/kernel/random/boot_id`).
    ///   - now: its monotonic half counts from that boot on.
    public mutating func resume(boot: String, now: Moment) {
        if !isPlausible { self = RuleState() }
        if let reading, self.boot != boot {
            // At least as long as this boot lasts; more if the wall clock says so.
            carryOver(to: now, age: max(now.wall - reading.wall, now.monotonic, .zero))
        }
        self.boot = boot
        follow(now)
    }

    /// Notes an action that was started in an earlier life, so that its cool-down goes on: from the journal of intents.
    /// - Parameters:
    ///   - started: when, by both clocks of that life.
    ///   - boot: the boot the monotonic half belongs to; nil where that is not known.
    public mutating func noteAction(
        rule: String, source: String, region: String, started: Moment, boot: String?, now: Moment
    ) {
        let sameBoot = boot != nil && boot == self.boot
        let age = sameBoot ? now.monotonic - started.monotonic : now.wall - started.wall
        let time = now.monotonic - max(age, .zero)
        let key = RuleState.key(rule, source, region)
        if let held = lastActions[key], held.time >= time { return }
        lastActions[key] = LastAction(time: time)
    }

    /// Takes back the cool-down of an action that was due and did not start because something else held it back after
    /// all. A start that failed is none of these: it counts.
    /// - Complexity: O(rules × sources × regions).
    public mutating func withdraw(_ id: DetectionID) {
        guard let (key, held) = lastActions.first(where: { $0.value.detection == id }) else { return }
        lastActions[key] = held.before.map { LastAction(time: $0) }
    }

    /// False where a damaged file has made times of it that nothing can be counted from, or a count that overflows.
    private var isPlausible: Bool {
        guard confirmations.values.allSatisfy({ (0..<1_000_000).contains($0.inARow) }) else { return false }
        var times = lastFrames.values.map(\.completed) + vetoes.values.flatMap { [$0.first, $0.last] }
        times += confirmations.values.flatMap(\.times) + lastActions.values.flatMap { [$0.time, $0.before ?? .zero] }
        times += visits.values.joined().flatMap { [$0.first, $0.last, $0.touched, $0.gap] }
        times.append(reading?.monotonic ?? .zero)
        let centuries = Duration.seconds(1_000 * 366 * 86_400)
        return times.allSatisfy { $0 > .zero - centuries && $0 < centuries }
    }

    /// Notes the time of a decision. A monotonic clock that went back means another boot that nobody told of.
    mutating func follow(_ now: Moment) {
        if let reading, now.monotonic < reading.monotonic {
            let isOtherBoot = reading.monotonic - now.monotonic > .seconds(1)
            carryOver(to: now, age: isOtherBoot ? max(now.wall - reading.wall, .zero) : .zero)
        }
        reading = Reading(monotonic: now.monotonic, wall: now.wall)
    }

    /// Moves all times so that what was noted at the last reading is `age` old now.
    private mutating func carryOver(to now: Moment, age: Duration) {
        guard let reading else { return }
        let shift = now.monotonic - age - reading.monotonic
        lastFrames = lastFrames.mapValues { LastFrame(id: $0.id, completed: $0.completed + shift) }
        confirmations = confirmations.mapValues { held in
            Confirmations(times: held.times.map { $0 + shift }, inARow: held.inARow)
        }
        lastActions = lastActions.mapValues { held in
            LastAction(time: held.time + shift, detection: held.detection, before: held.before.map { $0 + shift })
        }
        vetoes = vetoes.mapValues { VetoRun(first: $0.first + shift, last: $0.last + shift, sight: $0.sight) }
        for key in visits.keys.sorted() {
            visits[key] = visits[key]?.map { visit in
                var moved = visit
                moved.first += shift
                moved.last += shift
                moved.touched += shift
                return moved
            }
        }
        self.reading = Reading(monotonic: now.monotonic, wall: now.wall)
    }
}
