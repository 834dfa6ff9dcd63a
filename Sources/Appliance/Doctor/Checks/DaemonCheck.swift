import CLinux
import Foundation
import Glibc
import Settings
import Vocabulary

extension Check {
    /// Whether it runs, with these settings, and what it complains of.
    static let daemon = Check(name: "daemon") { examination in
        let address = examination.configuration.http.listen
        switch examination.daemon {
        case .answers(let status):
            return [.ok("runs and answers at \(address), version \(status.build.version)")]
                + differences(status, examination) + complaints(status)
        case .refuses(let reason):
            return [
                .fault(
                    "something answers at \(address), but not as this Rooster would: \(reason)",
                    mend: "Find out who it is (sudo ss -tlnp 'sport = :\(address.port)'), end it, or set http.listen "
                        + "to another port.")
            ]
        case .silent:
            let fault = bindFault(address)
            if fault == EADDRNOTAVAIL {
                return [
                    .fault(
                        "\(address.host) is no address of this machine: Rooster could not start",
                        mend: "Set http.listen to one that is, such as 127.0.0.1:\(address.port).")
                ]
            }
            if fault == EADDRINUSE {
                return [
                    .fault(
                        "another program holds \(address): Rooster could not start",
                        mend: "Set http.listen to another port, or end that program (sudo ss -tlnp 'sport = "
                            + ":\(address.port)').")
                ]
            }
            return [
                .note(
                    "does not run with these settings: nobody answers at \(address)",
                    mend: "sudo systemctl start rooster, or rooster run; if it ends at once, its last words say why: "
                        + "journalctl -u rooster -n 20.")
            ]
        }
    }

    private static func complaints(_ status: DaemonView.Status) -> [Finding] {
        var findings: [Finding] = []
        if let unready = status.unready {
            findings.append(
                .fault("it is not ready: \(unready)", mend: "The lines below say more; the page shows it too."))
        }
        if !status.armed.armed {
            findings.append(.note("it is disarmed: no action is started", mend: "rooster arm lets them start again."))
        }
        if let fault = status.settings.fault {
            findings.append(
                .fault(
                    "it refused the changed settings: \(fault)",
                    mend: "Correct them (rooster check), then rooster reload."))
        }
        findings += status.troubles.map { trouble in
            // What is wrong, and what mends it where something does.
            let parts = "\(trouble.title): \(trouble.sentence)".split(separator: ". ", maxSplits: 1).map(String.init)
            let mend = parts.count > 1 ? parts[1] : "The page says it for as long as it is so."
            return trouble.fault ? .fault(parts[0], mend: mend) : .note(parts[0], mend: mend)
        }
        for source in status.sources where source.sentence != nil {
            findings.append(
                .fault(source.sentence ?? source.state, about: source.name, mend: "See the lines of this source below.")
            )
        }
        return findings
    }

    /// It runs with another file, or with an older state of this one.
    private static func differences(_ status: DaemonView.Status, _ examination: Examination) -> [Finding] {
        let here = examination.installation.settingsPath.map(whole)
        if let path = status.settings.path, let here, whole(path) != here {
            return [
                .fault(
                    "it runs with other settings: \(path), not \(here)",
                    mend: "Restart it with --settings \(here), or ask with rooster doctor --settings \(path).")
            ]
        }
        let running = Set(status.sources.map { "\($0.name) \($0.directory)" })
        let wanted = Set(examination.configuration.sources.map { "\($0.name) \($0.directory)" })
        let changed = here.flatMap { modified($0) }
        let isOlder = status.settings.loaded.flatMap { loaded in changed.map { $0 > loaded } } ?? false
        guard running != wanted || isOlder else { return [] }
        return [
            .fault(
                "it runs with an older state of the settings: the file was changed since",
                mend: "rooster reload (storage.directory, http and model need a restart).")
        ]
    }

    private static func whole(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

    private static func modified(_ path: String) -> Instant? {
        var status = rk_file()
        guard rk_stat(path, &status) == 0 else { return nil }
        return Instant(milliseconds: status.modified_ms)
    }

    /// Why the address can't be had, 0 where it can: tried, and given back at once.
    private static func bindFault(_ listen: ListenAddress) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(listen.host, String(listen.port), &hints, &list) == 0, let first = list else { return 0 }
        defer { freeaddrinfo(list) }
        let number = socket(first.pointee.ai_family, first.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { return 0 }
        defer { close(number) }
        var yes: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        return bind(number, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 ? 0 : errno
    }
}
