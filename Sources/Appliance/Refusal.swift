import Glibc

/// Originals of a source that stay although `after: delete` wants them gone.
struct Refusal: Sendable, Equatable {
    enum Reason: Sendable, Equatable {
        /// The directory belongs to somebody else, and is closed.
        case rights
        /// What is mounted there can only be read, or the service's unit does not open it.
        case readOnly
        /// The directory is sticky, or a file is marked as unchangeable.
        case marked
        /// The system's words.
        case other(String)

        /// - Parameter code: `errno`.
        init(_ code: Int32) {
            switch code {
            case EACCES: self = .rights
            case EROFS: self = .readOnly
            case EPERM: self = .marked
            default: self = .other(String(cString: strerror(code)))
            }
        }
    }

    let source: String
    /// The source's directory.
    let directory: String
    /// One of them.
    let path: String
    let count: Int
    let reason: Reason

    /// What is wrong, and in a second sentence what to do about it.
    var sentence: String {
        let folder = path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
        let (finding, mend) =
            switch reason {
            case .rights:
                (
                    "\(folder) lets Rooster's user delete nothing",
                    "Let the camera's program make it writable for the group (umask 002), or set after: leave"
                )
            case .readOnly:
                (
                    "\(folder) can only be read",
                    "\(ReadOnlyMount.mend(directory)), or set after: leave"
                )
            case .marked:
                (
                    "\(folder) is sticky, or its files are marked as unchangeable",
                    "Take that off (chmod -t, chattr -i), or set after: leave"
                )
            case .other(let words): (words, "See whether the disk or server of \(directory) is well")
            }
        let photos = count == 1 ? "one photo" : "\(count) photos"
        return "\(photos) of \(source), for which after: delete is set: \(finding). \(mend)."
    }
}
