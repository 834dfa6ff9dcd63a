import CLinux
import Glibc
import Settings

extension Check {
    /// The state directory: there or to be made, writable, nobody else's business.
    static let state = Check(name: "state") { examination in
        let directory = examination.configuration.storage.directory
        let user = examination.user
        guard user.counts else {
            return [
                .note("\(directory) belongs to another user: not tried", mend: "sudo rooster doctor looks into it.")
            ]
        }
        var status = rk_file()
        guard rk_stat(directory, &status) == 0 else {
            return [missing(directory, user)]
        }
        guard status.mode & S_IFMT == S_IFDIR else {
            return [.fault("\(directory) is no directory", mend: "Set storage.directory to one.")]
        }
        if let code = user.access(directory, R_OK | W_OK | X_OK), code != 0 {
            return [
                .fault(
                    "\(user.name) may not write to \(directory): \(String(cString: strerror(code)))",
                    mend: code == EROFS
                        ? "The disk is mounted read-only, often after an error: dmesg | tail, fsck, then restart."
                        : "sudo chown -R \(user.name) \(directory)")
            ]
        }
        if status.mode & 0o077 != 0 {
            return [
                .note(
                    "others may look into \(directory)",
                    mend: "sudo chmod 700 \(directory): it holds pictures of a home.")
            ]
        }
        return [.ok("\(directory) is writable for \(user.name) and closed to others")]
    }

    private static func missing(_ directory: String, _ user: ServiceUser) -> Finding {
        let place = nearestDirectory(directory)
        if let code = user.access(place, W_OK | X_OK), code != 0 {
            return .fault(
                "\(directory) is not there and \(user.name) may not make it in \(place)",
                mend: "sudo install -d -m 700 -o \(user.name) \(directory)")
        }
        return .ok("\(directory) will be made at the first start")
    }
}
