import CLinux
import Glibc
import Vocabulary

extension Check {
    /// A board without a battery clock wakes up in the past until it has asked a time server.
    static let clock = Check(name: "clock") { examination in
        let now = examination.now
        if let built = builtAt(examination), now < built {
            return [
                .fault(
                    "this board believes it is \(now), before this program was made",
                    mend:
                        "Let it ask a time server: sudo timedatectl set-ntp true; without a network give it a clock with "
                        + "a battery.")
            ]
        }
        let isKept = rk_clock_is_kept() == 1 || examination.text("/run/systemd/timesync/synchronized") != nil
        guard isKept else {
            return [
                .note(
                    "nothing keeps the clock right (\(now))",
                    mend: "Schedules and times in the record follow it: sudo timedatectl set-ntp true.")
            ]
        }
        return [.ok("\(now), kept right")]
    }

    /// When the running program's file was made.
    private static func builtAt(_ examination: Examination) -> Instant? {
        var status = rk_file()
        guard rk_stat("\(examination.root)/proc/self/exe", &status) == 0 else { return nil }
        return Instant(milliseconds: status.modified_ms)
    }
}
