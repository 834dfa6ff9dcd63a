import Foundation
import TestSupport
import Testing

@testable import Appliance

/// Checks of the board itself, on a made-up `/proc` and `/sys`.
@Suite struct DoctorCheckTests {
    private func findings(_ check: Check, _ files: [String: String]) async throws -> [Finding] {
        let root = try TemporaryDirectory()
        for (path, text) in files {
            let url = URL(filePath: root.url.path + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        let capture = root.path("capture")
        try FileManager.default.createDirectory(atPath: capture, withIntermediateDirectories: true)
        for name in ["a", "b", "c"] {
            try FileManager.default.createDirectory(atPath: "\(capture)/\(name)", withIntermediateDirectories: true)
        }
        let settings = root.path("rooster.yaml")
        try "storage: {directory: \(root.path("state"))}\nsources: [{name: yard, directory: \(capture)}]\n"
            .write(toFile: settings, atomically: true, encoding: .utf8)
        let installation = try Installation.find(settings: settings)
        return await check.run(await Examination(installation, network: false, root: root.url.path))
    }

    private static let limits = "/proc/sys/fs/inotify/max_user_"

    @Test func moreDirectoriesThanTheSystemLetsWatchAreAFault() async throws {
        let few = try await findings(.inotify, [Self.limits + "watches": "5\n", Self.limits + "instances": "128\n"])
        #expect(few.map(\.mark) == [.fault])
        #expect(few.first?.mend?.contains("max_user_watches=") == true)
        let none = try await findings(.inotify, [Self.limits + "watches": "5000\n", Self.limits + "instances": "1\n"])
        #expect(none.first?.mend?.contains("max_user_instances=") == true)
        let well = try await findings(.inotify, [Self.limits + "watches": "5000", Self.limits + "instances": "128"])
        #expect(well == [.ok("4 of 5000 directories are watched")])
    }

    @Test func aBoardWithoutMemoryIsAFault() async throws {
        let meminfo = "MemTotal:         426000 kB\nMemAvailable:      60000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n"
        #expect(try await findings(.memory, ["/proc/meminfo": meminfo]).map(\.mark) == [.fault])
        let swapping = "MemTotal: 426000 kB\nMemAvailable: 260000 kB\nSwapTotal: 100000 kB\nSwapFree: 100 kB\n"
        #expect(try await findings(.memory, ["/proc/meminfo": swapping]).map(\.mark) == [.note])
        #expect(try await findings(.memory, [:]).map(\.mark) == [.note])
    }

    @Test(arguments: [
        ("0x50005", [Finding.Mark.fault, .note], "now"), ("0x50000", [.fault, .note], "since the start"),
        ("20000", [.note], "since the start"), ("0x0", [.ok], ""), ("nonsense", [.ok], ""),
    ])
    func aRaspberryPiTellsOfWeakPower(word: String, marks: [Finding.Mark], when: String) async throws {
        let found = try await findings(.board, ["/sys/devices/platform/soc/soc:firmware/get_throttled": word])
        #expect(found.map(\.mark) == marks)
        #expect(found.allSatisfy { when.isEmpty || $0.finding.contains(when) })
    }

    @Test func heatAndASavingGovernorAreNotes() async throws {
        let found = try await findings(
            .board,
            [
                "/sys/class/thermal/thermal_zone0/temp": "84000\n",
                "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
            ])
        #expect(found.map(\.mark) == [.note, .note])
        #expect(found.first?.finding.contains("84 degrees") == true)
    }

    @Test func everyCheckHasANameOfItsOwn() {
        #expect(Set(Check.all.map(\.name)).count == Check.all.count)
    }
}
