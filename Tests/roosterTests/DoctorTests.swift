import Foundation
import Glibc
import TestSupport
import Testing

/// `rooster doctor` on real directories with real faults, each found and told with what mends it.
@Suite struct DoctorTests {
    /// An appliance with one camera, and what the doctor says of it.
    private struct Patient {
        let home = try? TemporaryDirectory()
        let port = Program.anyPort()

        struct Line {
            var check: String
            var mark: String
            var finding: String
            var mend: String
        }

        func path(_ name: String) throws -> String { try #require(home).path(name) }

        /// Writes the settings; `source` goes into the source, `more` below it.
        func prepare(source: String = "", _ more: String = "") throws {
            try FileManager.default.createDirectory(atPath: path("capture"), withIntermediateDirectories: true)
            try """
            storage: {directory: \(path("state")), keep_free: 1MB}
            http: {listen: "127.0.0.1:\(port)"}
            sources:
              - {name: yard, directory: \(path("capture")), deadline: 1h\(source)}
            \(more)
            """.write(toFile: path("rooster.yaml"), atomically: true, encoding: .utf8)
        }

        func photo(as name: String, cut: Int? = nil) throws {
            let url = SharedData.repository.appending(path: "scripts/demo-photos/09-grey-fox.jpg")
            let bytes = try Data(contentsOf: url)
            try bytes.prefix(cut ?? bytes.count).write(to: URL(filePath: path("capture/\(name)")))
        }

        /// Gives a file or directory to the user `nobody`, whose rights are then tried. Needs root.
        func giveToNobody(_ name: String) throws {
            let entry = try #require(getpwnam("nobody"))
            try #require(chown(path(name), entry.pointee.pw_uid, entry.pointee.pw_gid) == 0)
        }

        /// Makes it look as if Rooster ran as `nobody`: the record is that user's.
        func runsAsNobody() throws {
            try FileManager.default.createDirectory(atPath: path("state"), withIntermediateDirectories: true)
            try Data().write(to: URL(filePath: path("state/rooster.sqlite")))
            try giveToNobody("state")
            try giveToNobody("state/rooster.sqlite")
            chmod(try path("state"), 0o700)
        }

        func examine() throws -> (status: Int32, lines: [Line]) {
            let outcome = try Program.run("doctor", "--json", "--settings", path("rooster.yaml"))
            let lines = try outcome.objects().map { object in
                Line(
                    check: object["check"] as? String ?? "", mark: object["mark"] as? String ?? "",
                    finding: object["finding"] as? String ?? "", mend: object["mend"] as? String ?? "")
            }
            return (outcome.status, lines)
        }

        /// The one fault there is.
        func fault(_ check: String) throws -> Line {
            let (status, lines) = try examine()
            #expect(status == 1)
            #expect(lines.filter { $0.mark == "fault" }.map(\.check) == [check], "\(lines)")
            return try #require(lines.first { $0.mark == "fault" })
        }
    }

    private var isRoot: Bool {
        if geteuid() == 0 { return true }
        print("skipped: only root can try another user's rights")
        return false
    }

    @Test func aWellApplianceHasNoFaultAndEveryCheckSpeaks() throws {
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "one.jpg")
        let (status, lines) = try patient.examine()
        #expect(status == 0)
        #expect(lines.filter { $0.mark == "fault" }.isEmpty, "\(lines)")
        for check in [
            "settings", "daemon", "address", "user", "directory", "names", "unfinished", "pictures", "arrivals",
            "inotify", "model", "deadline", "state", "disk", "memory", "clock", "board", "actions", "channels",
        ] {
            #expect(lines.contains { $0.check == check && !$0.finding.isEmpty }, "\(check)")
        }
        #expect(lines.first { $0.check == "daemon" }?.mend.contains("rooster run") == true)
    }

    @Test func theLineForPeopleHasAMarkAndTheSentenceBelow() throws {
        let patient = Patient()
        try patient.prepare()
        try FileManager.default.removeItem(atPath: patient.path("capture"))
        let outcome = try Program.run("doctor", "--settings", patient.path("rooster.yaml"))
        #expect(outcome.status == 1)
        let lines = outcome.output.split(separator: "\n").map(String.init)
        let place = try #require(lines.firstIndex { $0.hasPrefix("fault directory  yard: ") }, "\(outcome.output)")
        #expect(lines[place].hasSuffix("capture is not there"))
        #expect(lines[place + 1].hasPrefix("                 -> "))
    }

    @Test func namesThatNoPatternFitsAreToldWithThePatternThatWould() throws {
        let patient = Patient()
        try patient.prepare()
        for name in ["a.jpe", "b.jpe", "c.JPE"] { try patient.photo(as: name) }
        let fault = try patient.fault("names")
        #expect(fault.finding.contains("3 files"), "\(fault)")
        #expect(fault.mend.contains(#"pattern: ["*.jpg", "*.jpeg", "*.jpe"]"#), "\(fault)")
    }

    @Test func namesOfOtherFilesAreNotTakenForPictures() throws {
        let patient = Patient()
        try patient.prepare()
        try Data("\u{89}PNG".utf8).write(to: URL(filePath: patient.path("capture/a.png")))
        #expect(try patient.fault("names").mend.contains("let the camera write JPEGs"))
    }

    @Test func namesThatStayUnfinishedAreTold() throws {
        let patient = Patient()
        try patient.prepare()
        for name in ["a.jpg.part", "b.jpg.tmp"] { try patient.photo(as: name) }
        let fault = try patient.fault("unfinished")
        #expect(fault.finding.contains("2 files have names that say still being written"), "\(fault)")
    }

    @Test func filesThatArriveIncompleteAreTold() throws {
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "whole.jpg")
        for name in ["a.jpg", "b.jpg"] { try patient.photo(as: name, cut: 3_000) }
        let fault = try patient.fault("pictures")
        #expect(fault.finding.contains("2 of the newest 3 files end before their picture does"), "\(fault)")
    }

    @Test func filesThatAreNoPicturesAreTold() throws {
        let patient = Patient()
        try patient.prepare()
        try Data("<html>".utf8).write(to: URL(filePath: patient.path("capture/a.jpg")))
        #expect(try patient.fault("pictures").mend.contains("JPEG"))
    }

    @Test func aDirectoryWithoutPicturesIsTold() throws {
        let patient = Patient()
        try patient.prepare()
        #expect(try patient.fault("arrivals").mend.contains("cp photo.jpg"))
    }

    @Test func aCameraThatLivesInTheFutureIsTold() throws {
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "a.jpg")
        let times = [timespec(tv_sec: time(nil) + 7_200, tv_nsec: 0), timespec(tv_sec: time(nil) + 7_200, tv_nsec: 0)]
        utimensat(AT_FDCWD, try patient.path("capture/a.jpg"), times, 0)
        #expect(try patient.fault("arrivals").finding.contains("in the future"))
    }

    @Test func aDirectoryThatTheDaemonsUserMayNotSeeIsTold() throws {
        guard isRoot else { return }
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "a.jpg")
        try patient.runsAsNobody()
        chmod(try patient.path("capture"), 0o700)
        let fault = try patient.fault("directory")
        #expect(fault.finding == "nobody may not look into \(try patient.path("capture"))", "\(fault)")
        #expect(fault.mend.contains("chmod a+rx \(try patient.path("capture"))"), "\(fault)")
    }

    /// A group of its own is joined; not `adm`, who reads all logs and whom Debian's motion gives its directory to.
    @Test(arguments: [("users", "sudo usermod -aG users nobody"), ("adm", "sudo chgrp nogroup ")])
    func theGroupThatOpensADirectoryIsNamed(group: String, mend: String) throws {
        guard isRoot else { return }
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "a.jpg")
        try patient.runsAsNobody()
        let group = try #require(getgrnam(group))
        try #require(chown(patient.path("capture"), 0, group.pointee.gr_gid) == 0)
        chmod(try patient.path("capture"), 0o2750)
        let told = try patient.fault("directory").mend
        #expect(told.hasPrefix(mend), "\(told)")
    }

    @Test func filesThatTheDaemonsUserMayNotReadAreTold() throws {
        guard isRoot else { return }
        let patient = Patient()
        try patient.prepare()
        for name in ["a.jpg", "b.jpg"] {
            try patient.photo(as: name)
            chmod(try patient.path("capture/\(name)"), 0o600)
        }
        try patient.runsAsNobody()
        #expect(try patient.fault("pictures").finding.contains("cannot be read by nobody"))
    }

    @Test func originalsThatCannotBeDeletedAreTold() throws {
        guard isRoot else { return }
        let patient = Patient()
        try patient.prepare(source: ", after: delete")
        try patient.photo(as: "a.jpg")
        try patient.runsAsNobody()
        #expect(try patient.fault("directory").finding.contains("nobody may not delete files"))
    }

    @Test func aStateDirectoryOfSomebodyElseIsTold() throws {
        guard isRoot else { return }
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "a.jpg")
        try patient.runsAsNobody()
        try #require(chown(patient.path("state"), 0, 0) == 0)
        #expect(try patient.fault("state").mend.contains("chown -R nobody"))
    }

    @Test(arguments: ["missing", "closed", "interpreter", "directory"])
    func aProgramThatCannotBeRunIsTold(fault: String) throws {
        let patient = Patient()
        let program = try patient.path("lamp")
        try patient.prepare("actions: [{name: lamp, command: [\(program)]}]")
        try patient.photo(as: "a.jpg")
        switch fault {
        case "closed": try "#!/bin/sh\n".write(toFile: program, atomically: false, encoding: .utf8)
        case "interpreter":
            try "#!/opt/no/python9\n".write(toFile: program, atomically: false, encoding: .utf8)
            chmod(program, 0o755)
        case "directory": try FileManager.default.createDirectory(atPath: program, withIntermediateDirectories: false)
        default: break
        }
        let told = try patient.fault("actions")
        #expect(told.finding.contains(program), "\(told)")
        #expect(fault != "closed" || told.mend.contains("chmod a+x"), "\(told)")
        #expect(fault != "interpreter" || told.finding.contains("/opt/no/python9"), "\(told)")
    }

    @Test func aDamagedModelIsTold() throws {
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "a.jpg")
        let models = SharedData.repository.appending(path: "models")
        try FileManager.default.createDirectory(
            atPath: patient.path("state/models/backbones"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: models.appending(path: "efficientnet-lite0"),
            to: URL(filePath: patient.path("state/models/efficientnet-lite0")))
        for name in try FileManager.default.contentsOfDirectory(atPath: models.appending(path: "backbones").path)
        where name.hasSuffix(".onnx") {
            try Data("damaged".utf8).write(to: URL(filePath: patient.path("state/models/backbones/\(name)")))
        }
        #expect(try patient.fault("model").mend.contains("rooster models list"))
    }

    /// Forty pictures in ten milliseconds: no board does that.
    @Test func aDeadlineThatCannotBeMetIsTold() throws {
        let patient = Patient()
        let regions = (0..<40).map { "{name: r\($0), box: [0.1, 0.1, 0.8, 0.8]}" }.joined(separator: ", ")
        try patient.prepare(source: ", regions: [\(regions)]")
        let text = try String(contentsOfFile: patient.path("rooster.yaml"), encoding: .utf8)
        try text.replacingOccurrences(of: "deadline: 1h", with: "deadline: 10ms")
            .write(toFile: patient.path("rooster.yaml"), atomically: true, encoding: .utf8)
        try patient.photo(as: "a.jpg")
        #expect(try patient.fault("deadline").mend.hasPrefix("Set deadline for this source to "))
    }

    @Test func aDiskWithoutRoomIsTold() throws {
        let patient = Patient()
        try patient.prepare()
        let text = try String(contentsOfFile: patient.path("rooster.yaml"), encoding: .utf8)
        // More than any disk has free: as if this one were full.
        try text.replacingOccurrences(of: "keep_free: 1MB", with: "keep_free: 900000GB")
            .write(toFile: patient.path("rooster.yaml"), atomically: true, encoding: .utf8)
        try patient.photo(as: "a.jpg")
        #expect(try patient.fault("disk").mend.contains("make room"))
    }

    @Test func aLabelThatNobodyHasEndsWithStatusTwo() throws {
        let patient = Patient()
        try patient.prepare("rules: [{name: a, labels: [jey]}]")
        try patient.photo(as: "a.jpg")
        let (status, lines) = try patient.examine()
        #expect(status == 2)
        #expect(
            lines.contains { $0.check == "settings" && $0.mark == "fault" && $0.finding.contains("jay") }, "\(lines)")
    }

    @Test func settingsThatCannotBeReadEndWithStatusTwo() throws {
        let patient = Patient()
        try patient.prepare("rulez: []")
        #expect(try patient.examine().status == 2)
    }

    @Test func aPortThatAnotherProgramHoldsIsTold() throws {
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "a.jpg")
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(number) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(number, $0, length) == 0)
                #expect(getsockname(number, $0, &length) == 0)
            }
        }
        let port = Int(in_port_t(bigEndian: address.sin_port))
        let text = try String(contentsOfFile: patient.path("rooster.yaml"), encoding: .utf8)
        try text.replacingOccurrences(of: ":\(patient.port)", with: ":\(port)")
            .write(toFile: patient.path("rooster.yaml"), atomically: true, encoding: .utf8)
        let fault = try patient.fault("daemon")
        #expect(fault.finding.contains("another program holds 127.0.0.1:\(port)"), "\(fault)")
    }

    @Test func aTokenThatCannotBeReadIsTold() throws {
        let patient = Patient()
        try patient.prepare()
        try patient.photo(as: "a.jpg")
        let text = try String(contentsOfFile: patient.path("rooster.yaml"), encoding: .utf8)
        try text.replacingOccurrences(
            of: "\"127.0.0.1:\(patient.port)\"",
            with: "\"127.0.0.1:\(patient.port)\", token_file: \(patient.path("token"))"
        ).write(toFile: patient.path("rooster.yaml"), atomically: true, encoding: .utf8)
        let (status, lines) = try patient.examine()
        #expect(status == 1)
        #expect(
            lines.contains { $0.check == "address" && $0.mark == "fault" && $0.mend.contains("urandom") }, "\(lines)")
        try Data("short".utf8).write(to: URL(filePath: patient.path("token")))
        chmod(try patient.path("token"), 0o644)
        let (again, notes) = try patient.examine()
        #expect(again == 0)
        #expect(notes.contains { $0.check == "address" && $0.mark == "note" && $0.finding.contains("guessed") })
        #expect(notes.contains { $0.check == "settings" && $0.finding.contains("every user of this machine") })
    }

    @Test func aChannelWhoseServerIsAwayIsToldOnlyWhenAsked() throws {
        let patient = Patient()
        // Port 1 of this machine: nobody listens there.
        try patient.prepare("channels: [{name: phone, kind: ntfy, url: \"http://127.0.0.1:1/henhouse\"}]")
        try patient.photo(as: "a.jpg")
        #expect(try patient.examine().status == 0)
        let outcome = try Program.run("doctor", "--network", "--json", "--settings", patient.path("rooster.yaml"))
        #expect(outcome.status == 1)
        #expect(
            try outcome.objects().contains { $0["check"] as? String == "channels" && $0["mark"] as? String == "fault" })
    }
}

/// The doctor beside a running daemon.
@Suite(.serialized) struct DoctorAndDaemonTests {
    @Test func itTellsADaemonThatRunsFromOneWithOlderOrOtherSettings() async throws {
        let daemon = try Daemon("rules: [{name: anyone, labels: [\"group:animals\"]}]")
        try await daemon.start()
        try daemon.shoot("02-house-finch.jpg", as: "one.jpg")
        func lines() throws -> [[String: Any]] {
            try Program.run("doctor", "--json", "--settings", daemon.settings).objects()
                .filter { $0["check"] as? String == "daemon" }
        }
        try await until("it is seen running") {
            try lines().map { $0["mark"] as? String } == ["ok"]
        }
        #expect(try Program.run("disarm", "--settings", daemon.settings).status == 0)
        #expect(try lines().contains { ($0["mend"] as? String)?.contains("rooster arm") == true })
        let text = try String(contentsOfFile: daemon.settings, encoding: .utf8)
        try text.replacingOccurrences(of: "name: yard", with: "name: garden")
            .write(toFile: daemon.settings, atomically: true, encoding: .utf8)
        #expect(try lines().contains { ($0["mend"] as? String)?.contains("rooster reload") == true })
        let other = daemon.home.path("other.yaml")
        try text.write(toFile: other, atomically: true, encoding: .utf8)
        let outcome = try Program.run("doctor", "--json", "--settings", other).objects()
        #expect(outcome.contains { ($0["finding"] as? String)?.contains("it runs with other settings") == true })
        _ = try await daemon.stop()
    }
}
