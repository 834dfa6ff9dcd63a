import Glibc

/// A directory that this process can only read, whatever its rights say: its disk is mounted so, or the service's unit closes it.
enum ReadOnlyMount {
    /// Whether `directory` is one; where it is not there yet, whether the one is that it would be made in.
    static func holds(_ directory: String) -> Bool {
        var status = statvfs()
        return statvfs(nearestDirectory(directory), &status) == 0 && Int(status.f_flag) & Int(ST_RDONLY) != 0
    }

    /// What to do about it.
    static func mend(_ directory: String) -> String {
        "Where it is the service's unit that closes it, open it with ReadWritePaths=-\(directory) in a drop-in; "
            + "else mount it for writing"
    }
}
