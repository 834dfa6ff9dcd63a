import Foundation

extension Check {
    /// Why a board is slower than it could be: power, heat, a saving governor.
    static let board = Check(name: "board") { examination in
        var findings: [Finding] = []
        // The firmware's word on a Raspberry Pi: bits 0 to 3 now, 16 to 19 since boot.
        let word = examination.text("/sys/devices/platform/soc/soc:firmware/get_throttled")
            .flatMap { UInt32($0.hasPrefix("0x") ? String($0.dropFirst(2)) : $0, radix: 16) }
        if let word, word & 0x1_0001 != 0 {
            findings.append(
                .fault(
                    word & 1 != 0
                        ? "the power supply is too weak now" : "the power supply was too weak since the start",
                    mend:
                        "Use the official power supply and a short cable: the board slows down and its card may suffer."
                ))
        }
        if let word, word & 0xE_000E != 0 {
            findings.append(
                .note(
                    word & 0xE != 0
                        ? "the board slows itself down now" : "the board slowed itself down since the start",
                    mend: "Give it a heat sink or a fan."))
        }
        for zone in 0..<8 {
            guard let heat = examination.number("/sys/class/thermal/thermal_zone\(zone)/temp"), heat >= 80_000 else {
                continue
            }
            findings.append(.note("it is \(heat / 1_000) degrees hot inside", mend: "Give it a heat sink or a fan."))
            break
        }
        if examination.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") == "powersave",
            examination.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver")?.contains("pstate") != true
        {
            findings.append(
                .note(
                    "the processor is held at its lowest speed (governor powersave)",
                    mend: "echo schedutil | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"))
        }
        return findings.isEmpty ? [.ok("neither power nor heat slow it down, as far as it tells")] : findings
    }
}
