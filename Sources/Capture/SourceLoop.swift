import Glibc
import Vocabulary

/// The thread of one source: news of files, scans, growing files. Everything in it belongs to that thread.
///
/// Each source has a thread and an inotify instance of its own, so that a share that hangs holds up nobody else
/// (docs/decisions/a-thread-a-source.md).
final class SourceLoop {
    /// The directory that is being watched.
    struct Root {
        var device: UInt64
        var inode: UInt64
        /// It is looked at again and again: a network share, or settings say so.
        var isPolled: Bool
    }

    var source: WatchedSource
    var filter: NameFilter
    let desk: SourceDesk
    let surroundings: Surroundings
    var status: SourceStatus

    var root: Root?
    var inotify: Inotify?
    var watches = WatchTable()
    var known = KnownFrames()
    var settling = Settling()
    var moved = MovedFiles()
    var touched = TouchedFiles()

    /// The scan of everything under way, and that of directories that have just come.
    var whole: Scan?
    var partial: Scan?
    var scanNumber: UInt64 = 0
    /// When the last complete scan began: what is new came after.
    var lastScanBegan: Moment?
    /// Files were given up for want of room, or news was lost: everything has to be looked at again.
    var owesScan = false
    /// More watches than the system allows would be needed.
    var lacksWatches = false
    /// What ``EarlierFrames/firstLook`` said; nil once a whole scan is through.
    var firstLook: Instant?
    /// A whole scan is through.
    var isLookedThrough = false
    /// The directory was there when the process started, and is being looked through for the first time.
    var isStartup = true

    var nextScan = Duration.zero
    var nextCheck = Duration.zero
    var nextGrowth = Duration.zero

    init(_ source: WatchedSource, desk: SourceDesk, surroundings: Surroundings) {
        self.source = source
        filter = NameFilter(patterns: source.patterns)
        self.desk = desk
        self.surroundings = surroundings
        status = SourceStatus(name: source.name, directory: source.directory, since: surroundings.clock().wall)
    }

    /// Runs until it is asked to stop.
    func run() {
        publish()
        while true {
            let requests = desk.takeRequests()
            if requests.stop { break }
            serve(requests)
            checkDirectory()
            takeNews()
            if let scan = partial ?? whole { step(scan) }
            lookAtGrowing()
            scanIfDue()
            publish()
            sleep()
        }
    }

    /// What other threads asked for.
    private func serve(_ requests: SourceDesk.Requests) {
        if let changed = requests.source { take(changed) }
        if requests.rescan { owesScan = true }
        if requests.loseEvents { lostEvents() }
        for claim in requests.handedBack { takeBack(claim) }
    }

    /// Changed settings; what is known of files stays.
    private func take(_ changed: WatchedSource) {
        source = changed
        filter = NameFilter(patterns: changed.patterns)
        status.directory = changed.directory
        leaveDirectory()
        nextCheck = .zero
    }

    private func publish() {
        status.known = known.count
        status.settling = settling.count
        status.watchedDirectories = watches.count
        desk.publish(status, now: surroundings.clock())
    }

    /// Waits for news, a request, or the next thing to do.
    private func sleep() {
        var next = nextCheck
        if root != nil { next = min(next, nextScan) }
        if settling.count > 0 { next = min(next, nextGrowth) }
        let isScanning = whole != nil || partial != nil
        let wait = isScanning ? .zero : min(max(next - surroundings.clock().monotonic, .zero), surroundings.times.check)
        var waited = [pollfd(fd: desk.bell, events: Int16(POLLIN), revents: 0)]
        if let inotify { waited.append(pollfd(fd: inotify.number, events: Int16(POLLIN), revents: 0)) }
        // Rounded up: a wait that ends just before its time would turn the loop once more for nothing.
        let milliseconds = wait == .zero ? 0 : Int32(clamping: wait.wholeMilliseconds + 1)
        _ = uninterrupted { poll(&waited, nfds_t(waited.count), milliseconds) }
    }

    /// News of files comes from looking, not from the kernel.
    var isPolled: Bool { lacksWatches || root?.isPolled == true }

    func setState(_ state: SourceStatus.State, message: String?) {
        if status.state != state {
            status.state = state
            status.since = surroundings.clock().wall
        }
        status.message = message
    }
}
