extension Check {
    /// Whether the network fits without swapping.
    static let memory = Check(name: "memory") { examination in
        guard let text = examination.text("/proc/meminfo") else {
            return [.note("the system does not tell its memory")]
        }
        var kilobytes: [Substring: Int64] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(whereSeparator: { $0 == ":" || $0 == " " })
            if parts.count >= 2 { kilobytes[parts[0]] = Int64(parts[1]) }
        }
        func megabytes(_ name: Substring) -> Int64 { (kilobytes[name] ?? 0) / 1_024 }
        let words = "\(megabytes("MemAvailable")) of \(megabytes("MemTotal")) MiB available"
        // With the daemon running its own memory is taken already.
        let needed: Int64 = examination.daemon.status == nil ? 128 : 32
        if megabytes("MemAvailable") < needed {
            return [
                .fault(
                    "only \(words), \(needed) are needed",
                    mend: "End other programs, or give the board swap (zram: sudo apt-get install zram-tools).")
            ]
        }
        let swap = megabytes("SwapTotal")
        if swap > 0, megabytes("SwapFree") * 4 < swap {
            return [
                .note(
                    "\(words), and most of the swap is in use", mend: "Frames may be late: end other programs.")
            ]
        }
        return [.ok(words)]
    }
}
