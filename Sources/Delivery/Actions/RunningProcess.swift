internal import CProcess
import Glibc
internal import Vocabulary

/// One program from its start to the end of its group: belongs to the supervisor's thread. Events and times come in;
/// signals go out; at the end there is one ending.
struct RunningProcess {
    /// Where it stands. Times are monotonic.
    enum Phase {
        case running(until: Duration)
        case terminating(EndReason, killAt: Duration)
        /// Even SIGKILL takes its time when a driver hangs; after `reportAt` nobody waits for it any more.
        case killed(EndReason, reportAt: Duration)
        /// The program is gone; what its children still print is read for a moment.
        case draining(ActionEnding, until: Duration)
        /// Reported. Others of its group may be left: told to end, then killed.
        case sweeping(killAt: Duration, look: Duration)
        case gone
    }

    /// For the rest of the output after the end of the program. Children that keep the pipe open do not get more.
    static let drain = Duration.milliseconds(250)
    /// How often a group is looked at that outlives its leader, and a program where there is no pidfd.
    static let look = Duration.milliseconds(20)
    /// After SIGKILL.
    static let patience = Duration.seconds(5)
    /// A program that prints without end is read this much a turn, so that it costs the frame's path little.
    static let burst = 64 * 1_024

    let due: DueAction
    let settings: ActionSettings
    /// When it was started.
    let started: Moment
    private(set) var process: StartedProcess
    private(set) var phase: Phase
    private(set) var tail = OutputTail()
    /// Until when its output is left in the pipe.
    private(set) var quietUntil: Duration?
    /// True once its report went out.
    private(set) var isReported = false

    init(_ process: StartedProcess, due: DueAction, settings: ActionSettings, started: Moment) {
        self.process = process
        self.due = due
        self.settings = settings
        self.started = started
        phase = .running(until: started.monotonic + settings.timeout)
    }

    // MARK: What to wait for

    /// When something has to be done even if nothing happens.
    func nextTime(now: Duration) -> Duration? {
        var times: [Duration] = []
        switch phase {
        case .running(let until): times.append(until)
        case .terminating(_, let killAt): times.append(killAt)
        case .killed(_, let reportAt): if !isReported { times.append(reportAt) }
        case .draining(_, let until): times.append(until)
        case .sweeping(_, let look): times.append(look)
        case .gone: break
        }
        if process.pidfd < 0, isProgramAlive { times.append(now + Self.look) }
        if let quietUntil { times.append(quietUntil) }
        return times.min()
    }

    /// True until the program itself was reaped.
    var isProgramAlive: Bool {
        switch phase {
        case .running, .terminating, .killed: true
        case .draining, .sweeping, .gone: false
        }
    }

    /// True once the program is gone and its output was read: its place is free.
    var isOver: Bool {
        switch phase {
        case .sweeping, .gone: true
        case .running, .terminating, .killed, .draining: false
        }
    }

    /// True once nobody of its group is left.
    var isGone: Bool {
        if case .gone = phase { true } else { false }
    }

    // MARK: Events

    /// Asks for its end: SIGTERM to the group.
    mutating func end(_ reason: EndReason, now: Duration) {
        guard case .running = phase else { return }
        rp_signal_group(process.id, SIGTERM)
        phase = .terminating(reason, killAt: now + settings.grace)
    }

    /// Writes more of the document into its standard input.
    mutating func feed() {
        guard process.input >= 0 else { return }
        let count = process.inputLeft.withUnsafeBytes { write(process.input, $0.baseAddress, $0.count) }
        if count > 0 { process.inputLeft = process.inputLeft.dropFirst(count) }
        let waits = count < 0 && (errno == EAGAIN || errno == EINTR)
        if process.inputLeft.isEmpty || (count < 0 && !waits) { closeInput() }  // it need not read it
    }

    /// Reads what it printed, as much as a turn allows.
    mutating func listen(into buffer: UnsafeMutableRawBufferPointer, now: Duration) {
        guard process.output >= 0, quietUntil.map({ $0 <= now }) ?? true else { return }
        quietUntil = nil
        var total = 0
        while total < Self.burst {
            let count = read(process.output, buffer.baseAddress, buffer.count)
            if count > 0 {
                tail.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                total += count
            } else {
                if count == 0 || (errno != EAGAIN && errno != EINTR) { closeOutput() }
                return
            }
        }
        quietUntil = now + .milliseconds(10)
    }

    /// Looks whether the program has ended.
    mutating func reap(now: Duration) {
        guard isProgramAlive else { return }
        var ending = rp_ending()
        let code = rp_reap(process.id, &ending)
        if code == 0 && !ending.ended { return }
        let (reason, wasKilled): (EndReason?, Bool) =
            switch phase {
            case .terminating(let reason, _): (reason, false)
            case .killed(let reason, _): (reason, true)
            default: (nil, false)
            }
        let known = code == 0
        let result = ActionEnding(
            exit: known && !ending.by_signal ? Int(ending.code) : nil,
            signal: known && ending.by_signal ? ending.code : nil, reason: reason, wasKilled: wasKilled)
        closePidfd()
        closeInput()
        phase = .draining(result, until: now + Self.drain)
    }

    /// Does what is due by now.
    /// - Returns: the ending, once.
    mutating func advance(now: Duration) -> ActionEnding? {
        switch phase {
        case .running(let until) where now >= until:
            end(.timeout, now: now)
        case .terminating(let reason, let killAt) where now >= killAt:
            rp_signal_group(process.id, SIGKILL)
            phase = .killed(reason, reportAt: now + Self.patience)
        case .killed(let reason, let reportAt) where now >= reportAt && !isReported:
            isReported = true
            return ActionEnding(exit: nil, signal: SIGKILL, reason: reason, wasKilled: true)
        case .draining(let ending, let until) where now >= until || process.output < 0:
            closeOutput()
            let isLeft = rp_signal_group(process.id, SIGTERM) == 0
            phase = isLeft ? .sweeping(killAt: now + settings.grace, look: now + Self.look) : .gone
            defer { isReported = true }
            return isReported ? nil : ending
        case .sweeping(let killAt, let look) where now >= look:
            // The id of a group is not given away while the group has members, and this looks often enough that nobody
            // else can have it.
            let isLeft = rp_signal_group(process.id, now >= killAt ? SIGKILL : 0) == 0
            phase = isLeft && now < killAt ? .sweeping(killAt: killAt, look: now + Self.look) : .gone
        default: break
        }
        return nil
    }

    // MARK: Descriptors

    private mutating func closeOutput() {
        if process.output >= 0 { close(process.output) }
        process.output = -1
        quietUntil = nil
    }

    private mutating func closeInput() {
        if process.input >= 0 { close(process.input) }
        process.input = -1
        process.inputLeft = []
    }

    private mutating func closePidfd() {
        if process.pidfd >= 0 { close(process.pidfd) }
        process.pidfd = -1
    }
}
