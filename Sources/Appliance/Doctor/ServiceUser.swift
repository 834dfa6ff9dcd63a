import CLinux
import Foundation
import Glibc
import Synchronization
import Vocabulary

/// The user Rooster runs as: whose rights count, whoever asks.
struct ServiceUser: Sendable, Equatable {
    /// How it is known.
    enum Origin: Sendable, Equatable {
        /// It owns the record.
        case record
        /// systemd is told so.
        case unit
        /// It asks.
        case asker
        /// It asks, and may not try the rights of the user of this name.
        case standIn(String)
    }

    let id: uid_t
    let group: gid_t
    /// All its groups.
    let groups: [gid_t]
    let name: String
    let origin: Origin

    /// Where systemd looks for units, the first wins.
    private static let units = ["/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"]

    /// The owner of the record, else the user that systemd is told, else the one who asks; the one who asks also where
    /// that user's rights can't be tried.
    static func find(stateDirectory: String) -> ServiceUser {
        let asker =
            ServiceUser(geteuid(), .asker)
            ?? ServiceUser(id: geteuid(), group: getegid(), groups: [], name: "number \(geteuid())", origin: .asker)
        guard let owner = known(stateDirectory) else { return asker }
        guard owner.id == geteuid() || geteuid() == 0 else {
            return ServiceUser(
                id: asker.id, group: asker.group, groups: asker.groups, name: asker.name, origin: .standIn(owner.name))
        }
        return owner
    }

    private static func known(_ stateDirectory: String) -> ServiceUser? {
        var status = rk_file()
        let isThere = rk_stat("\(stateDirectory)/rooster.sqlite", &status) == 0
        // Into a directory that is closed to others they cannot look: its owner made the record.
        if isThere || (errno == EACCES && rk_stat(stateDirectory, &status) == 0) {
            if let owner = ServiceUser(status.user, .record) { return owner }
        }
        for directory in units {
            let path = "\(directory)/systemd/system/rooster.service"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            let line = text.split(separator: "\n").last { $0.hasPrefix("User=") }
            if let line, let user = ServiceUser(named: String(line.dropFirst("User=".count))) { return user }
        }
        return nil
    }

    /// The owner of a file, also one whom the system knows no name of.
    init(owner file: rk_file) {
        self =
            ServiceUser(file.user, .record)
            ?? ServiceUser(
                id: file.user, group: file.group, groups: [file.group], name: "number \(file.user)", origin: .record)
    }

    private init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        self.init(entry.pointee.pw_uid, .unit)
    }

    init?(_ id: uid_t, _ origin: Origin) {
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return nil }
        var groups = [gid_t](repeating: 0, count: 256)
        var count = Int32(groups.count)
        let known = getgrouplist(name, entry.pointee.pw_gid, &groups, &count) >= 0
        self.init(
            id: id, group: entry.pointee.pw_gid, groups: known ? Array(groups.prefix(Int(count))) : [],
            name: String(cString: name), origin: origin)
    }

    private init(id: uid_t, group: gid_t, groups: [gid_t], name: String, origin: Origin) {
        self.id = id
        self.group = group
        self.groups = groups
        self.name = name
        self.origin = origin
    }

    /// Its own group.
    var groupName: String {
        guard let entry = getgrgid(group), let name = entry.pointee.gr_name else { return "\(group)" }
        return String(cString: name)
    }

    /// Whether these are the rights that count.
    var counts: Bool {
        if case .standIn = origin { false } else { true }
    }

    /// Longer than any local disk needs to wake up; a file server that is away never answers.
    private static let patience = Duration.seconds(20)

    /// Does something with this user's rights on files, on a thread of its own. The kernel decides, so that access lists,
    /// read-only mounts and servers with rules of their own count too.
    /// - Returns: nil where it does not come back: a file server that is away. The thread waits on.
    func attempt<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value? {
        let box = Box<Value>()
        let user = self
        _ = PlainThread("doctor") {
            if user.id != geteuid() && geteuid() == 0 {
                guard rk_take_file_rights(user.id, user.group, user.groups.count, user.groups) == 0 else {
                    return box.put(nil)
                }
            }
            box.put(body())
        }
        return box.take(within: Self.patience)
    }

    /// Whether it may do these things (`R_OK`, `W_OK`, `X_OK`) with a file or directory: 0, or why not (`EACCES`, `EROFS`,
    /// `ENOENT`); nil where nothing answers.
    func access(_ path: String, _ mode: Int32) -> Int32? {
        attempt { faccessat(AT_FDCWD, path, mode, AT_EACCESS) == 0 ? 0 : errno }
    }

    /// A value that one thread makes and another waits for.
    private final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        private let made = DispatchSemaphore(value: 0)

        func put(_ value: Value?) {
            self.value.withLock { $0 = value }
            made.signal()
        }

        func take(within patience: Duration) -> Value? {
            guard made.wait(timeout: .now() + patience.milliseconds / 1_000) == .success else { return nil }
            return value.withLock { $0 }
        }
    }
}
