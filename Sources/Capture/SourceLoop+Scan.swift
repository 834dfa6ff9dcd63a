import Glibc
import Vocabulary

// Looking through directories: at the start, every minute, after lost events, where a directory has just come.

extension SourceLoop {
    /// So many entries are looked at before news is taken again: about a millisecond.
    private static let entriesAStep = 256

    /// Begins a scan of everything; one under way starts over.
    func beginWholeScan() {
        let now = surroundings.clock()
        if whole != nil { known.abandonScan() }
        owesScan = false
        scanNumber += 1
        known.beginScan()
        whole = Scan(number: scanNumber, isWhole: true, began: now, asksEarlier: true, pending: [""])
        if !isLookedThrough { firstLook = surroundings.earlier.firstLook(source.name) }
    }

    /// Looks through a directory that has just come.
    func look(into path: String, asksEarlier: Bool) {
        if let partial {
            partial.pending.append(path)
            partial.asksEarlier = partial.asksEarlier || asksEarlier
        } else {
            partial = Scan(
                number: scanNumber, isWhole: false, began: surroundings.clock(), asksEarlier: asksEarlier,
                pending: [path])
        }
    }

    /// Begins the next scan when its time has come, or when files are owed and there is room for them.
    func scanIfDue() {
        guard root != nil, whole == nil else { return }
        let forgotten = surroundings.backlog.takeForgotten(of: source.name)
        for id in forgotten { forget(id) }
        if !forgotten.isEmpty { owesScan = true }
        if (owesScan && !settling.isFull) || surroundings.clock().monotonic >= nextScan { beginWholeScan() }
    }

    /// Goes on with a scan for a moment.
    func step(_ scan: Scan) {
        var entries = 0
        while entries < Self.entriesAStep {
            entries += 1
            if let open = scan.open {
                do throws(SystemError) {
                    let isMore = try open.reader.next { name, kind in
                        look(at: name, kind, in: open.path, reader: open.reader, scan: scan)
                    }
                    if !isMore { scan.open = nil }
                } catch {
                    scan.open = nil
                    failed(error, at: open.path, scan)
                }
            } else if let path = scan.pending.popLast() {
                enter(path, scan)
            } else {
                claimFound(scan)
                return finish(scan)
            }
            if root == nil { return }
        }
        claimFound(scan)
    }

    /// Watches a directory, then opens it: what comes in between is told by an event or found in the listing, or both.
    private func enter(_ path: String, _ scan: Scan) {
        let absolute = join(source.directory, path)
        do throws(SystemError) {
            let watch = try watch(absolute, below: path, scan)
            let reader = try DirectoryReader(absolute, follow: path.isEmpty)
            if let watch { watches.set(watch, path: path, fileSystem: reader.fileSystem, scan: scan.number) }
            known.meet(device: reader.fileSystem.device)
            scan.open = (reader, path)
        } catch {
            failed(error, at: path, scan)
        }
    }

    /// - Returns: nil where the directory is not watched: it is polled.
    private func watch(_ path: String, below: String, _ scan: Scan) throws(SystemError) -> Int32? {
        guard let inotify else { return nil }
        if watches.count >= surroundings.watchLimit && !watches.contains(below) {
            scan.reachedWatchLimit = true
            lackWatches()
            return nil
        }
        do throws(SystemError) {
            return try inotify.watch(path, follow: below.isEmpty)
        } catch {
            guard error.number == ENOSPC || error.number == ENOMEM else { throw error }
            scan.reachedWatchLimit = true
            lackWatches()
            return nil
        }
    }

    private func lackWatches() {
        if !lacksWatches { nextScan = .zero }
        lacksWatches = true
        setState(
            .polling,
            message:
                "\(source.directory) has more directories than the system lets Rooster watch (\(Inotify.watchLimit)): "
                + "they are looked at again and again instead. Raise the limit: sysctl fs.inotify.max_user_watches=524288."
        )
    }

    /// A directory can't be looked into.
    private func failed(_ error: SystemError, at path: String, _ scan: Scan) {
        if path.isEmpty { return loseDirectory(error) }
        if error.isAbsence || error.number == ELOOP { return }  // moved or deleted meanwhile
        scan.sawEverything = false
        let place = join(source.directory, path)
        scan.problem =
            error.isDenial
            ? "The user \(RunningUser.name) may not look into \(place) (\(error)): chmod a+rx it, or move it elsewhere."
            : "Looking into \(place) fails: \(error)."
    }

    private func finish(_ scan: Scan) {
        guard scan.isWhole else {
            partial = nil
            return
        }
        whole = nil
        let now = surroundings.clock()
        let duration = now.monotonic - scan.began.monotonic
        if scan.sawEverything {
            report(gone: known.endScan())
            for watch in watches.removeOlder(than: scan.number) { inotify?.unwatch(watch) }
        } else {
            known.abandonScan()
        }
        if let root, !scan.reachedWatchLimit {
            lacksWatches = false
            let message = root.isPolled ? status.message : nil
            setState(root.isPolled ? .polling : .watching, message: scan.problem ?? message)
        }
        lastScanBegan = scan.began
        isStartup = false
        isLookedThrough = true
        if firstLook != nil { surroundings.onFirstLook(source.name) }
        firstLook = nil
        status.scans += 1
        status.lastScan = now.wall
        status.scanDuration = duration
        status.ignored = scan.ignored
        // A directory of a hundred thousand files must not keep a core, or a file server, busy.
        nextScan = now.monotonic + max(isPolled ? surroundings.times.poll : surroundings.times.rescan, duration * 10)
    }

    private func report(gone: [CompactFrameID]) {
        for start in stride(from: 0, to: gone.count, by: 500) {
            surroundings.onGone(gone[start..<min(start + 500, gone.count)].map(\.id))
        }
    }
}
