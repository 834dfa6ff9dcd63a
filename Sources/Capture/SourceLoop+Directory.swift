import Glibc
import Vocabulary

// The directory itself: it may be missing, come back, be replaced, be mounted over.

extension SourceLoop {
    /// Sees every few seconds whether the directory is there and still the same one. No event tells of a disk that is
    /// mounted over it, or of a renamed directory above it.
    func checkDirectory() {
        let now = surroundings.clock()
        guard now.monotonic >= nextCheck else { return }
        nextCheck = now.monotonic + surroundings.times.check
        do throws(SystemError) {
            let state = try FileState(following: source.directory)
            guard state.kind == .directory else { throw SystemError(ENOTDIR) }
            // A watch outlives the rights it was made with, but no file it tells of could be read.
            try mayLook(into: source.directory)
            if let root, root.device == state.device, root.inode == state.inode { return }
            try takeUp(state)
        } catch {
            loseDirectory(error)
        }
    }

    private func mayLook(into path: String) throws(SystemError) {
        if uninterrupted({ faccessat(AT_FDCWD, path, R_OK | X_OK, AT_EACCESS) }) != 0 { throw SystemError() }
    }

    /// Begins to watch the directory.
    private func takeUp(_ state: FileState) throws(SystemError) {
        leaveDirectory()
        let fileSystem = try DirectoryReader(source.directory, follow: true).fileSystem
        var isPolled = source.watch == .poll || (source.watch == .auto && fileSystem.isRemote)
        var message: String?
        if !isPolled {
            do throws(SystemError) {
                inotify = try Inotify()
            } catch {
                isPolled = true
                message =
                    "The system gives no inotify instance (\(error)): \(source.directory) is looked at again and again "
                    + "instead. Raise the limit: sysctl fs.inotify.max_user_instances=512."
            }
        }
        root = Root(device: state.device, inode: state.inode, isPolled: isPolled)
        setState(isPolled ? .polling : .watching, message: message)
        beginWholeScan()
    }

    /// The directory is not there, or can't be looked into.
    func loseDirectory(_ error: SystemError) {
        leaveDirectory()
        isStartup = false
        let again = "Rooster looks again every \(seconds(surroundings.times.check))."
        if error.isAbsence {
            setState(
                .missing,
                message:
                    "The directory \(source.directory) is not there (\(error)): make it, mount its disk, or correct "
                    + "`directory` of the source '\(source.name)'. \(again)")
        } else if error.isDenial {
            setState(
                .noRights,
                message:
                    "The user \(RunningUser.name) may not look into \(source.directory) (\(error)): chmod a+rx the "
                    + "directory and those above it, or add \(RunningUser.name) to its group (sudo rooster doctor names it). "
                    + again)
        } else {
            setState(
                .failing,
                message:
                    "Looking into \(source.directory) fails: \(error). See whether its disk or server is well. \(again)"
            )
        }
    }

    /// Stops watching; what is known of files stays, as they may come back with their disk.
    func leaveDirectory() {
        if whole != nil { known.abandonScan() }
        whole = nil
        partial = nil
        inotify = nil
        watches.removeAll()
        root = nil
        lacksWatches = false
        lastScanBegan = nil
    }

    func seconds(_ duration: Duration) -> String {
        "\(Int(duration.seconds.rounded(.up))) s"
    }
}
