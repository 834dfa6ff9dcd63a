import Vocabulary

// Claiming, and what becomes of claims that come back.

extension SourceLoop {
    func identity(of state: FileState, path: String, on fileSystem: FileSystem) -> FrameIdentity {
        FrameIdentity(state, source: source.name, path: path, on: fileSystem)
    }

    /// Remembers a file as taken and hands it to the reader.
    func claim(_ claim: Claim, id: CompactFrameID, device: UInt64) {
        known.insert(id, device: device)
        touched.claimed(claim.identity, id: id, path: below(claim.path) ?? claim.path)
        status.frames += 1
        status.lastFrame = surroundings.clock().wall
        surroundings.backlog.put(claim)
    }

    /// The reader could not answer a claim: the file grows, has changed, or is not where it was.
    func takeBack(_ claim: Claim) {
        guard let path = below(claim.path), !settling.isFull else {
            // A scan finds the file again, if it is still there.
            forget(claim.identity.compactID)
            owesScan = true
            return
        }
        let now = surroundings.clock()
        settling.add(claim, path: path, now: now)
        look(atGrowing: path, now: now)
    }

    /// Looks at the files that are given time to grow.
    func lookAtGrowing() {
        let now = surroundings.clock()
        guard settling.count > 0, now.monotonic >= nextGrowth else { return }
        nextGrowth = now.monotonic + surroundings.times.growth
        for path in settling.entries.keys { look(atGrowing: path, now: now) }
    }

    private func look(atGrowing path: String, now: Moment) {
        guard var entry = settling.entries[path] else { return }
        let refused = entry.claim.identity.compactID
        let absolute = join(source.directory, path)
        guard let state = try? FileState(of: absolute), state.kind == .regular else {
            return follow(entry, from: path, now: now)
        }
        var identity = entry.claim.identity
        identity.size = state.size
        identity.modified = state.modified
        if case .inode(let device, _) = identity.file { identity.file = .inode(device: device, inode: state.inode) }
        let current = identity.compactID
        if current != refused, known.contains(current), touched.claimed(insteadOf: current) == nil {
            return settling.remove(path)  // an event was faster
        }
        if current != entry.last {
            entry.last = current
            entry.since = now
            entry.isProbed = false
            return settling.update(path, entry)
        }
        let quiet = now.monotonic - entry.since.monotonic
        if quiet >= surroundings.times.settle {
            reclaim(entry, identity, current, path: path, completed: now, settled: true)
        } else if !entry.isProbed, quiet >= surroundings.times.growth {
            entry.isProbed = true
            settling.update(path, entry)
            if Settling.seemsComplete(absolute) {
                reclaim(entry, identity, current, path: path, completed: entry.since, settled: false)
            }
        }
    }

    private func reclaim(
        _ entry: Settling.Entry, _ identity: FrameIdentity, _ id: CompactFrameID, path: String, completed: Moment,
        settled: Bool
    ) {
        settling.remove(path)
        let isSame = id == entry.claim.identity.compactID
        let claim = Claim(
            identity: identity, path: join(source.directory, path), completed: completed,
            time: isSame ? entry.claim.time : entry.since.wall, origin: entry.claim.origin, settled: settled)
        self.claim(claim, id: id, device: device(of: identity))
    }

    /// A file is not where its claim says: renamed, or gone.
    private func follow(_ entry: Settling.Entry, from path: String, now: Moment) {
        settling.remove(path)
        let id = entry.claim.identity.compactID
        guard let new = moved.path(of: id), new != path else {
            // Should it be somewhere else after all, the next scan finds it.
            return forget(id)
        }
        var claim = entry.claim
        claim.path = join(source.directory, new)
        self.claim(claim, id: id, device: device(of: claim.identity))
    }

    /// A claim that is not answered: its file can be claimed again.
    func forget(_ id: CompactFrameID) {
        known.remove(id)
        if let touched = touched.forget(id) { known.remove(touched) }
    }

    /// A path below the source's directory; nil for one that is elsewhere.
    private func below(_ path: String) -> String? {
        let prefix = source.directory == "/" ? "/" : source.directory + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : nil
    }

    private func device(of identity: FrameIdentity) -> UInt64 {
        if case .inode(let device, _) = identity.file { return device }
        return root?.device ?? 0
    }
}
