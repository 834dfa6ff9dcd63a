import CLinux
import CProcess
import Foundation
import Glibc
import Settings

/// To whom the state directory belongs. What root made in it the service could neither change nor remove, so that a command
/// which root starts goes on as that user.
public struct StateOwner: Sendable {
    private let directory: String
    private let user: ServiceUser

    /// - Returns: nil where there is no state directory yet.
    public init?(of installation: Installation) {
        directory = installation.configuration.storage.directory
        var status = rk_file()
        guard rk_stat(directory, &status) == 0 else { return nil }
        user = ServiceUser(owner: status)
    }

    /// Why the state cannot be looked into; nil: it can.
    public var closed: String? {
        guard faccessat(AT_FDCWD, directory, R_OK | X_OK, AT_EACCESS) != 0, errno == EACCES else { return nil }
        return "\(directory) belongs to \(user.name) and is closed to others: sudo opens it"
    }

    /// Whose the state is, where root asks and it is not root's.
    public var other: String? { geteuid() == 0 && user.id != 0 ? user.name : nil }

    /// Where root asks and the state is another user's, starts this command anew as that user, and does not come back. It may read
    /// every file, as photos and settings lie anywhere, and write where that user may.
    /// - Throws: where the system refuses.
    public func takeOver() throws {
        guard other != nil else { return }
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let code = rp_start_anew(program, CommandLine.unsafeArgv, user.id, user.group, user.groups.count, user.groups)
        throw Refused(user: user.name, directory: directory, reason: String(cString: strerror(-code)))
    }

    private struct Refused: Error, CustomStringConvertible {
        let user, directory, reason: String
        var description: String {
            "the rights of \(user), to whom \(directory) belongs, cannot be taken: \(reason). Try sudo -u \(user)"
        }
    }
}
