import Glibc
import Vocabulary

// What scans come across.

extension SourceLoop {
    /// One entry of a directory.
    func look(
        at name: UnsafePointer<CChar>, _ kind: DirectoryReader.Kind, in directory: String, reader: DirectoryReader,
        scan: Scan
    ) {
        var kind = kind
        var state: FileState?
        if kind == .unknown {
            guard let found = try? reader.state(of: name) else { return }
            state = found
            kind = DirectoryReader.Kind(found.kind)
        }
        if kind == .directory {
            guard source.recursive, let text = String(validatingCString: name), filter.enters(directory: text) else {
                return
            }
            scan.pending.append(join(directory, text))
            return
        }
        if let reason = filter.reason(toIgnore: name) { return scan.ignored[reason, default: 0] += 1 }
        guard kind == .regular else {
            return scan.ignored[kind == .symbolicLink ? .symbolicLink : .notAFile, default: 0] += 1
        }
        guard let text = String(validatingCString: name) else { return scan.ignored[.notText, default: 0] += 1 }
        guard let state = state ?? (try? reader.state(of: name)), state.kind == .regular else { return }
        found(state, path: join(directory, text), on: reader.fileSystem, scan)
    }

    private func found(_ state: FileState, path: String, on fileSystem: FileSystem, _ scan: Scan) {
        let identity = identity(of: state, path: path, on: fileSystem)
        let id = identity.compactID
        known.meet(id, device: fileSystem.device)
        if known.contains(id) {
            if let claimed = touched.claimed(insteadOf: id) { known.meet(claimed, device: fileSystem.device) }
            if !scan.isWhole { moved.note(id, path: path) }
            return
        }
        if settling.contains(path) { return }
        scan.found.append(
            Scan.Found(
                identity: identity, id: id, device: fileSystem.device, path: path, modified: state.modified,
                changed: state.changed))
    }

    /// Claims what the last step found, except what is on record, and what is history at the first start.
    func claimFound(_ scan: Scan) {
        if scan.found.isEmpty { return }
        let found = scan.found
        scan.found = []
        let onRecord = scan.asksEarlier ? surroundings.earlier.known(found.map(\.id.id)) : []
        let now = surroundings.clock()
        var noted: [NotedFile] = []
        let isNews = isPolled && lastScanBegan != nil
        for file in found where !known.contains(file.id) {
            let age = age(of: file, now: now)
            let path = join(source.directory, file.path)
            if onRecord.contains(file.id.id) {
                known.insert(file.id, device: file.device)
            } else if scan.isWhole, let firstLook, age - max(now.wall - firstLook, .zero) > source.staleAfter {
                known.insert(file.id, device: file.device)
                noted.append(NotedFile(identity: file.identity, path: path, time: now.wall - age))
            } else {
                let completed = completed(age: age, now: now, isNews: isNews)
                let origin: Claim.Origin = isNews ? .event : scan.isWhole && isStartup ? .startup : .rescan
                claim(
                    Claim(
                        identity: file.identity, path: path, completed: completed, time: completed.wall,
                        origin: origin), id: file.id, device: file.device)
            }
        }
        status.noted += noted.count
        if !noted.isEmpty { surroundings.onNoted(noted) }
    }

    /// A clock of another machine may be ahead by this much.
    private static let ahead = Duration.seconds(2)

    /// How long ago a file was changed last.
    ///
    /// A time of the future is that of a wrong clock. Where it is the camera's, the time at which the file system wrote
    /// the file down says more. Where that is of the future too, it is the clock of this machine, which starts in 1970 on
    /// a board without a battery: the file counts as old, as nothing may be set off by what happened nobody knows when.
    private func age(of file: Scan.Found, now: Moment) -> Duration {
        for time in [file.modified, file.changed] {
            let age = now.wall - Instant(milliseconds: time / 1_000_000)
            if age >= .zero - Self.ahead { return max(age, .zero) }
        }
        return source.staleAfter + .seconds(1)
    }

    /// When a file was complete that nobody saw coming: at its last change. Where the directory is polled, not before the
    /// last look, which did not meet it: the clock that set its time is another machine's.
    private func completed(age: Duration, now: Moment, isNews: Bool) -> Moment {
        var age = age
        if isNews, let lastScanBegan { age = min(age, now.monotonic - lastScanBegan.monotonic) }
        return Moment(monotonic: now.monotonic - age, wall: now.wall - age)
    }
}

extension DirectoryReader.Kind {
    fileprivate init(_ kind: FileState.Kind) {
        self =
            switch kind {
            case .regular: .regular
            case .directory: .directory
            case .symbolicLink: .symbolicLink
            case .other: .other
            }
    }
}
