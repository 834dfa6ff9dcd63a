import Capture
import Settings

extension Check {
    /// A network share watched by inotify tells nothing of what other machines write.
    static let share = Check(name: "share") { examination in
        examination.open.compactMap { source, survey in
            guard survey.isRemote else { return nil }
            switch source.watch {
            case .inotify:
                return .fault(
                    "\(source.directory) is a network share, and inotify sees nothing of what others write there",
                    about: source.name, mend: "Set watch: poll (or auto) for this source.")
            case .auto, .poll:
                return .note("\(source.directory) is a network share: it is polled", about: source.name)
            }
        }
    }
}
