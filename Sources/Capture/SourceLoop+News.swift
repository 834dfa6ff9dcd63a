import Glibc
import Vocabulary

// What the kernel tells: files that were closed after writing or moved in, directories that come and go.

extension SourceLoop {
    /// Reads the kernel's news; a flood of it is left for the next turn, so that a request to stop is heard.
    func takeNews() {
        for _ in 0..<16 {
            guard let inotify else { return }
            if !inotify.read({ handle($0) }) { return }
        }
    }

    private func handle(_ event: Inotify.Event) {
        if event.has(Int(IN_Q_OVERFLOW)) { return lostEvents() }
        guard let directory = watches.directory(of: event.watch) else { return }
        guard let name = event.name else { return handle(event, of: directory.path) }
        if event.isDirectory {
            handle(event, directory: name, in: directory.path)
        } else if !event.has(Int(IN_MOVED_FROM)) {
            handle(event, file: name, in: directory)
        }
    }

    /// The kernel's queue was full: it can't be known what was lost.
    func lostEvents() {
        status.overflows += 1
        owesScan = true
        touched = TouchedFiles()  // what was written over meanwhile can't be told from what was only touched
    }

    /// News of a watched directory itself.
    private func handle(_ event: Inotify.Event, of path: String) {
        if event.has(Int(IN_IGNORED)) { watches.remove(event.watch) }
        let isLost =
            event.has(Int(IN_IGNORED)) || event.has(Int(IN_DELETE_SELF)) || event.has(Int(IN_MOVE_SELF))
            || event.has(Int(IN_UNMOUNT))
        // Not concluded from the event: the next check says what is there now.
        if isLost && path.isEmpty {
            root = nil
            nextCheck = .zero
        }
    }

    /// A directory in a watched one came or went.
    private func handle(_ event: Inotify.Event, directory name: UnsafePointer<CChar>, in parent: String) {
        guard source.recursive, let name = String(validatingCString: name), filter.enters(directory: name) else {
            return
        }
        let path = join(parent, name)
        if event.has(Int(IN_MOVED_FROM)) {
            for watch in watches.removeTree(path) { inotify?.unwatch(watch) }
        } else if event.has(Int(IN_CREATE)) || event.has(Int(IN_MOVED_TO)) {
            // Files may have been written before the watch is there: the directory is looked through at once. What was
            // made just now can't be on record, and asking would cost the frames in it time.
            look(into: path, asksEarlier: event.has(Int(IN_MOVED_TO)))
        }
    }

    /// A file came: one `stat`, then it is claimed.
    private func handle(
        _ event: Inotify.Event, file name: UnsafePointer<CChar>, in directory: (path: String, fileSystem: FileSystem)
    ) {
        let isMade = event.has(Int(IN_CREATE))
        let isTouched = event.has(Int(IN_ATTRIB))
        let isComplete = !isMade && !isTouched
        if let reason = filter.reason(toIgnore: name) {
            if isComplete { status.ignored[reason, default: 0] += 1 }
            return
        }
        guard let name = String(validatingCString: name) else {
            if isComplete { status.ignored[.notText, default: 0] += 1 }
            return
        }
        let path = join(directory.path, name)
        let absolute = join(source.directory, path)
        // Gone again already: nothing to answer.
        guard let state = try? FileState(of: absolute) else { return }
        guard state.kind == .regular else {
            if !isTouched { status.ignored[state.kind == .symbolicLink ? .symbolicLink : .notAFile, default: 0] += 1 }
            return
        }
        // A file that is made is about to be written, unless it is another name for one that exists.
        if isMade && state.links < 2 { return }
        let identity = identity(of: state, path: path, on: directory.fileSystem)
        let id = identity.compactID
        known.meet(id, device: directory.fileSystem.device)
        if known.contains(id) {
            if event.has(Int(IN_MOVED_TO)) { moved.note(id, path: path) }
            // Written again with the time it had been given: other bytes.
            guard event.has(Int(IN_CLOSE_WRITE)), touched.claimed(insteadOf: id) != nil else { return }
        } else if isTouched {
            // The bytes are those that were claimed already; anything else is told by another event, or a scan.
            if let claimed = touched.touch(identity, id: id, path: path), known.contains(claimed) {
                known.insert(id, device: directory.fileSystem.device)
            }
            return
        }
        settling.remove(path)
        let now = surroundings.clock()
        claim(
            Claim(identity: identity, path: absolute, completed: now, time: now.wall, origin: .event), id: id,
            device: directory.fileSystem.device)
    }
}
