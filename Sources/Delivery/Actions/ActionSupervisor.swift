internal import CProcess
import Glibc
internal import Vocabulary

/// Looks after everything that runs, on a thread of its own: one `poll` over the ends of programs, their output, and the
/// inbox, with the next time limit as its timeout.
struct ActionSupervisor {
    private let core: ActionCore
    private var processes: [RunningProcess] = []
    private var released: Set<Int32> = []  // ids of processes whose place was given back
    private var requests: [Int: RunningRequest] = [:]
    private var nextNumber = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 * 1_024, alignment: 16)

    init(_ core: ActionCore) { self.core = core }

    /// Returns when the runner was closed and nothing runs any more.
    consuming func serve() {
        var isClosing = false
        while true {
            let (inbox, isClosed) = core.takeInbox()
            take(inbox)
            if isClosed && !isClosing {
                isClosing = true
                end(.stopping)
            }
            step()
            if isClosed && processes.isEmpty && requests.isEmpty { break }
            wait()
        }
        for due in core.takeInbox().0.tests { refuse(due) }
        buffer.deallocate()
    }

    // MARK: What came in

    private mutating func take(_ inbox: ActionCore.Inbox) {
        processes += inbox.processes
        for request in inbox.requests { send(request) }
        for (number, result) in inbox.answers {
            guard let request = requests.removeValue(forKey: number) else { continue }
            core.release(request.due.action)
            core.report(request.report(of: result, now: core.clock()), of: request.due)
        }
        for due in inbox.tests {
            let report = core.admit(due, now: core.clock())
            if report.state.isFinal { core.report(report, of: due) }
        }
        for reason in inbox.ends { end(reason) }
        for due in core.clearQueues(ofRetiredOnly: true) { refuse(due) }
    }

    private func refuse(_ due: DueAction) {
        core.report(
            ActionReport(
                name: due.action, state: .failed,
                reason: "it waited its turn when it was taken out of the settings, or Rooster stopped"), of: due)
    }

    private mutating func send(_ waiting: ActionCore.WaitingRequest) {
        nextNumber += 1
        let number = nextNumber
        let core = core
        switch RunningRequest.make(waiting) {
        case .success(let request):
            let ticket = core.client.start(request) { core.post(answer: $0, to: number) }
            requests[number] = RunningRequest(waiting, ticket: ticket)
        case .failure(let failure):
            requests[number] = RunningRequest(waiting, ticket: nil)
            core.post(answer: .failure(failure), to: number)
        }
    }

    private mutating func end(_ reason: EndReason) {
        let now = core.clock().monotonic
        for index in processes.indices { processes[index].end(reason, now: now) }
        for number in requests.keys {
            requests[number]?.ended = reason
            if let ticket = requests[number]?.ticket { core.client.cancel(ticket) }
        }
        guard reason == .disarmed else { return }  // what waits when Rooster stops stays in the journal
        for due in core.clearQueues(ofRetiredOnly: false) {
            core.report(
                ActionReport(name: due.action, state: .heldBack, reason: Clause.disarmed.rawValue), of: due)
        }
    }

    // MARK: A turn

    private mutating func step() {
        var now = core.clock()
        for index in processes.indices {
            if processes[index].process.pidfd < 0 { processes[index].reap(now: now.monotonic) }
            let ending = processes[index].advance(now: now.monotonic)
            // The place is free before anybody is told of the end.
            if processes[index].isOver && released.insert(processes[index].process.id).inserted {
                core.release(processes[index].due.action)
            }
            if let ending { report(processes[index], ending, now: now) }
        }
        for process in processes where process.isGone { released.remove(process.process.id) }
        processes.removeAll(where: \.isGone)
        while let (due, admission, settings) = core.nextWaiting(now: now.monotonic) {
            core.report(core.carryOut(admission, due, settings, now: now), of: due)
            now = core.clock()
        }
    }

    private func report(_ process: RunningProcess, _ ending: ActionEnding, now: Moment) {
        let (state, reason) = ending.outcome(of: process.settings)
        core.report(
            ActionReport(
                name: process.due.action, state: state, started: process.started.wall,
                duration: now.monotonic - process.started.monotonic, exit: ending.exit, reason: reason,
                output: process.tail.text), of: process.due)
    }

    // MARK: Waiting

    private mutating func wait() {
        let now = core.clock().monotonic
        var descriptors = [pollfd(fd: core.wake.readEnd, events: Int16(POLLIN), revents: 0)]
        for process in processes {
            // poll() leaves out what is negative
            let ear = process.quietUntil == nil ? process.process.output : -1
            descriptors.append(pollfd(fd: process.process.pidfd, events: Int16(POLLIN), revents: 0))
            descriptors.append(pollfd(fd: ear, events: Int16(POLLIN), revents: 0))
            descriptors.append(pollfd(fd: process.process.input, events: Int16(POLLOUT), revents: 0))
        }
        let next = (processes.compactMap { $0.nextTime(now: now) } + [core.nextExpiry()].compactMap { $0 }).min()
        _ = poll(&descriptors, nfds_t(descriptors.count), Self.milliseconds(until: next, now: now))

        if descriptors[0].revents != 0 { core.wake.clear() }
        let after = core.clock().monotonic
        for index in processes.indices {
            if descriptors[3 * index + 3].revents != 0 { processes[index].feed() }
            // Output before the end: what was printed last belongs to the report.
            if descriptors[3 * index + 2].revents != 0 || processes[index].quietUntil != nil {
                processes[index].listen(into: buffer, now: after)
            }
            if descriptors[3 * index + 1].revents != 0 { processes[index].reap(now: after) }
        }
    }

    /// Rounded up, so that what is due at `next` is due when the wait is over; a minute where there is nothing.
    private static func milliseconds(until next: Duration?, now: Duration) -> Int32 {
        guard let next else { return 60_000 }
        let left = (next - now).milliseconds.rounded(.up)
        return Int32(max(0, min(left, 60_000)))
    }
}
