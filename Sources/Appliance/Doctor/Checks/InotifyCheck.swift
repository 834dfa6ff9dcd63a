import Capture
import Settings

extension Check {
    /// Whether the kernel lets so many directories be watched.
    static let inotify = Check(name: "inotify") { examination in
        let watched = examination.configuration.sources.filter { $0.watch != .poll }
        let directories = watched.reduce(0) { $0 + (examination.surveys[$1.name]?.directories ?? 1) }
        guard !watched.isEmpty else { return [.ok("not used: all sources are polled")] }
        guard let watches = examination.number("/proc/sys/fs/inotify/max_user_watches"),
            let instances = examination.number("/proc/sys/fs/inotify/max_user_instances")
        else { return [.note("the system does not tell its limits")] }
        var findings: [Finding] = []
        // Other programs of the same user take watches too: half is left to them.
        if Int64(directories) * 2 > watches {
            findings.append(
                .fault(
                    "\(directories) directories are to be watched and the system allows \(watches) to a user",
                    mend: "sudo sysctl fs.inotify.max_user_watches=524288, and the same line in "
                        + "/etc/sysctl.d/60-rooster.conf."))
        }
        if Int64(watched.count) * 2 > instances {
            findings.append(
                .fault(
                    "\(watched.count) sources are to be watched and the system allows \(instances) watchers to a user",
                    mend: "sudo sysctl fs.inotify.max_user_instances=512, and the same line in "
                        + "/etc/sysctl.d/60-rooster.conf."))
        }
        return findings.isEmpty ? [.ok("\(directories) of \(watches) directories are watched")] : findings
    }
}
