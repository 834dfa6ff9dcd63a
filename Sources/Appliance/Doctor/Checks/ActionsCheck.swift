import CLinux
import Foundation
import Glibc
import Rules
import Settings
import Vocabulary

extension Check {
    /// Whether the programs of actions are there and may be run, and their secrets read.
    static let actions = Check(name: "actions") { examination in
        let configuration = examination.configuration
        guard !configuration.actions.isEmpty else {
            let asks =
                configuration.ruleBook.rules.isEmpty
                ? " and no rules: frames are only recorded" : ": rules set off nothing"
            return [.ok("there are none\(asks)")]
        }
        return configuration.actions.map { action in
            switch action.work {
            case .command(let words): look(at: words.first ?? "", action, examination.user)
            case .request(let request):
                request.headersFile.flatMap { unreadable($0, "headers_file", action.name, examination.user) }
                    ?? .ok("asks \(host(of: request.url)) (not tried)", about: action.name)
            }
        }
    }

    private static func look(at program: String, _ action: ActionSettings, _ user: ServiceUser) -> Finding {
        guard let path = found(program) else {
            return .fault(
                "there is no program '\(program)' in PATH", about: action.name,
                mend: "Install it, or write its whole path in actions[\(action.name)].command.")
        }
        switch user.access(path, X_OK) {
        case 0?: break
        case ENOENT?, ENOTDIR?:
            return .fault(
                "there is no program \(path)", about: action.name,
                mend: "Install it, or correct actions[\(action.name)].command.")
        case let code?:
            return .fault(
                "\(user.name) may not run \(path): \(String(cString: strerror(code)))", about: action.name,
                mend: "sudo chmod a+x \(path), and check the rights of the directories above it.")
        case nil:
            return .fault("\(path) does not answer", about: action.name, mend: "Put the program on a local disk.")
        }
        var status = rk_file()
        if rk_stat(path, &status) == 0, status.mode & S_IFMT != S_IFREG {
            return .fault(
                "\(path) is no program", about: action.name, mend: "Correct actions[\(action.name)].command.")
        }
        if let interpreter = interpreter(of: path), access(interpreter, X_OK) != 0 {
            return .fault(
                "\(path) asks for \(interpreter), which is not installed", about: action.name,
                mend: "Install it, or correct the first line of \(path).")
        }
        return .ok("\(path) can be run\(action.dryRun ? " (dry_run is set: it is not)" : "")", about: action.name)
    }

    /// The path of a program; nil for a name that is nowhere in PATH.
    private static func found(_ program: String) -> String? {
        if program.contains("/") { return program }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    /// What the first line of a script names.
    private static func interpreter(of path: String) -> String? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let head = try? handle.read(upToCount: 256), head.starts(with: Data("#!".utf8)) else { return nil }
        let line = String(decoding: head.dropFirst(2), as: UTF8.self).prefix { $0 != "\n" }
        return line.split(separator: " ").first.map(String.init)
    }

    /// A file with a secret that cannot be read; nil where it can.
    static func unreadable(_ path: String, _ key: String, _ subject: String, _ user: ServiceUser) -> Finding? {
        guard let code = user.access(path, R_OK), code != 0 else { return nil }
        return .fault(
            "\(user.name) cannot read its \(key) \(path): \(String(cString: strerror(code)))", about: subject,
            mend: "sudo chown \(user.name) \(path) && sudo chmod 600 \(path)")
    }

    /// The host of an address, without what may be secret in it.
    static func host(of url: String) -> String { URL(string: url)?.host() ?? "an address" }
}
