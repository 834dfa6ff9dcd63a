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
            Scan.Found(identity: identity, id: id, device: fileSystem.device, path: path, modified: state.modified))
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
            let modified = Instant(milliseconds: file.modified / 1_000_000)
            let path = join(source.directory, file.path)
            if onRecord.contains(file.id.id) {
                known.insert(file.id, device: file.device)
            } else if scan.isWhole, let firstLook, firstLook - modified > source.staleAfter {
                known.insert(file.id, device: file.device)
                noted.append(NotedFile(identity: file.identity, path: path, time: modified))
            } else {
                let completed = completed(modified: modified, now: now, isNews: isNews)
                let origin: Claim.Origin = isNews ? .event : scan.isWhole && isStartup ? .startup : .rescan
                claim(
                    Claim(
                        identity: file.identity, path: path, completed: completed,
                        time: isNews ? completed.wall : modified, origin: origin), id: file.id, device: file.device)
            }
        }
        status.noted += noted.count
        if !noted.isEmpty { surroundings.onNoted(noted) }
    }

    /// When a file was complete that nobody saw coming: at its last change, but not in the future. Where the directory is
    /// polled, not before the last look either, which did not meet it: the clock that set its time is another machine's.
    private func completed(modified: Instant, now: Moment, isNews: Bool) -> Moment {
        var age = max(now.wall - modified, .zero)
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
