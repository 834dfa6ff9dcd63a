import Capture
import Glibc
import Settings

extension Check {
    /// Whether each capture directory is there and may be looked into; with `after: delete`, written to.
    static let directory = Check(name: "directory") { examination in
        let user = examination.user
        return examination.configuration.sources.flatMap { source -> [Finding] in
            let directory = source.directory
            guard let survey = examination.surveys[source.name] else {
                return [
                    .fault(
                        "\(directory) does not answer: its file server is away", about: source.name,
                        mend: "Bring the server back, and mount it with soft,timeo=50,retrans=2 (docs/CAMERAS.md).")
                ]
            }
            switch survey.access {
            case .open: break
            case .missing:
                return [
                    .fault(
                        "\(directory) is not there", about: source.name,
                        mend: "Make it, mount it, or correct sources[\(source.name)].directory; Rooster takes it up "
                            + "when it comes.")
                ]
            case .denied where !user.counts:
                return [
                    .note(
                        "\(user.name) may not look into \(directory)", about: source.name,
                        mend: "sudo rooster doctor looks with the rights of Rooster's user.")
                ]
            case .denied:
                let closed = firstClosed(above: directory, user) ?? directory
                let joining = groupThatMayLook(into: closed).map {
                    "sudo usermod -aG \($0) \(user.name) && sudo systemctl restart rooster"
                }
                return [
                    .fault(
                        "\(user.name) may not look into \(directory)", about: source.name,
                        mend: "\(joining ?? "sudo chgrp \(user.groupName) \(closed) && sudo chmod g+rx \(closed)")"
                            + ", or sudo chmod a+rx \(closed).")
                ]
            case .failing(let reason):
                return [
                    .fault(
                        "\(directory) cannot be read: \(reason)", about: source.name,
                        mend: "Check the disk (dmesg | tail) and what is mounted there.")
                ]
            }
            var findings = survey.closed.prefix(3).map {
                Finding.fault("\(user.name) may not look into \($0)", about: source.name, mend: "sudo chmod a+rx \($0)")
            }
            if source.after == .delete, let code = user.access(directory, W_OK | X_OK), code != 0 {
                findings.append(
                    .fault(
                        "\(user.name) may not delete files in \(directory), as after: delete asks",
                        about: source.name,
                        mend: code == EROFS
                            ? "It is mounted read-only: set after: leave, or mount it for writing."
                            : "sudo chmod g+w \(directory) with a group of \(user.name), or set after: leave."))
            }
            guard findings.isEmpty else { return findings }
            let count = survey.directories == 1 ? "" : " in \(survey.directories) directories"
            return [
                .ok(
                    "\(directory): \(Words.count(survey.wanted, "picture"))\(count)", about: source.name
                )
            ]
        }
    }

    /// The first directory on the way that may not be passed.
    private static func firstClosed(above path: String, _ user: ServiceUser) -> String? {
        var place = ""
        for part in path.split(separator: "/") {
            place += "/\(part)"
            if let code = user.access(place, X_OK), code == EACCES { return place }
        }
        return nil
    }
}
