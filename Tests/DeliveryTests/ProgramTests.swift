import Foundation
import Glibc
import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    /// What a program sees, and what becomes of it: real processes.
    @Suite struct ProgramTests {
        /// Runs a script as the action `act` and waits for its end.
        func run(
            _ body: String, arguments: [String] = [], mode: Int = 0o755, interpreter: String = "#!/bin/sh",
            environment: [String: String]? = nil, timeout: Duration = .seconds(20), grace: Duration = .seconds(2),
            due given: DueAction? = nil, _ check: (Yard, ActionReport) async throws -> Void
        ) async throws {
            let yard = try Yard(
                { directory in
                    let script = try directory.script("act", body, mode: mode, interpreter: interpreter)
                    return [
                        ActionSettings(
                            name: "act", work: .command([script] + arguments), timeout: timeout, grace: grace)
                    ]
                }, environment: environment)
            let due = given ?? makeDue("act")
            let first = yard.runner.start(due)
            let last = first.state.isFinal ? first : await yard.end(of: due)
            do {
                try await check(yard, try #require(last))
            } catch {
                Issue.record(error)
            }
            yard.close()
        }

        @Test func aProgramIsToldTheDesignsVariablesAndKeepsItsSurroundings() async throws {
            let given = ["PATH": "/usr/bin:/bin", "HOME": "/nest", "NOTIFY_SOCKET": "/run/x", "ROOSTER_OLD": "1"]
            try await run("env | sort > out", environment: given) { yard, report in
                #expect(report.state == .done && report.exit == 0 && report.reason == nil)
                let names = yard.read("out").split(separator: "\n").map { $0.prefix { $0 != "=" } }
                let own = ["DETECTION", "VISIT", "RULE", "SOURCE", "REGION", "LABEL", "PROBABILITY", "TIME", "PICTURE"]
                let more = ["MODEL", "DEADLINE_LEFT_MS", "ACTION", "TEST"]
                let ofTheShell: Set<String> = ["PWD", "OLDPWD", "_"]
                #expect(
                    Set(names.map(String.init)).subtracting(ofTheShell)
                        == Set((own + more).map { "ROOSTER_" + $0 } + ["HOME", "PATH"]))
                #expect(yard.read("out").contains("ROOSTER_PICTURE=/pictures/a b.jpg\n"))
                #expect(yard.read("out").contains("ROOSTER_TEST=\n"))
                #expect(yard.read("out").contains("HOME=/nest\n"))
            }
        }

        @Test func aProgramReadsTheDocumentAndThenTheEndOfItsInput() async throws {
            try await run("cat > out") { yard, report in
                #expect(report.state == .done)
                let text = yard.read("out")
                #expect(text.hasSuffix("}\n"))
                let fields = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
                #expect(fields?["schema"] as? Int == 1 && fields?["label"] as? String == "jay")
                #expect((fields?["deadline_left_ms"] as? Int).map { (0...916).contains($0) } == true)
            }
        }

        @Test func aDocumentLargerThanThePipeArrivesWhole() async throws {
            let labels = (0..<20_000).map { ScoredLabel(label: "label \($0)", index: $0, probability: 0.00005) }
            let large = makeDue("act", labels: labels)
            let size = ActionDocument(large, now: .zero).json.utf8.count
            #expect(size > 500_000)
            try await run("sleep 0.2; tail -c 16 > out; echo", due: large) { yard, report in
                #expect(report.state == .done)
                #expect(yard.read("out") == "r\":\"act\",\"test\":false}\n".suffix(16))
            }
        }

        @Test func aProgramNeedNotReadItsInput() async throws {
            let labels = (0..<20_000).map { ScoredLabel(label: "label \($0)", index: $0, probability: 0.00005) }
            try await run("exec <&-; sleep 0.1; exit 0", due: makeDue("act", labels: labels)) { _, report in
                #expect(report.state == .done && report.exit == 0)
            }
        }

        @Test func argumentsAreNotReadByAShell() async throws {
            let label = "a b; touch hacked $(touch hacked) `touch hacked` * '\""
            try await run(
                "printf '%s\\n' \"$@\" > out", arguments: ["{label}", "{probability}", "--{region}"],
                due: makeDue("act", label: label)
            ) { yard, _ in
                #expect(yard.read("out") == "\(label)\n0.97\n--left box\n")
                #expect(!FileManager.default.fileExists(atPath: yard.directory.path("hacked")))
            }
        }

        @Test func aProgramHasAGroupOfItsOwnNoBlockedSignalAndNoForeignDescriptor() async throws {
            let leaky = open("/dev/null", O_RDONLY)  // a library that forgot O_CLOEXEC
            defer { close(leaky) }
            try await run(
                "ls /proc/self/fd > fds; grep -E '^Sig(Blk|Ign)' /proc/self/status > signals; cut -d' ' -f5 /proc/$$/stat > group; echo $$ > pid"
            ) { yard, report in
                #expect(report.state == .done)
                #expect(yard.read("fds") == "0\n1\n2\n3\n")  // 3 is the directory that ls reads
                // 32 and 33 are glibc's own, ignored by every program that posix_spawn starts
                #expect(yard.read("signals") == "SigBlk:\t0000000000000000\nSigIgn:\t0000000180000000\n")
                #expect(yard.read("group") == yard.read("pid"))
            }
        }

        @Test func exitStatusAndSignalsAreReported() async throws {
            try await run("echo what; echo went wrong >&2; exit 3") { _, report in
                #expect(report.state == .failed && report.exit == 3 && report.reason == "exit status 3")
                #expect(report.output == "what\nwent wrong\n")
                #expect(report.started != nil && report.duration.map { $0 > .zero && $0 < .seconds(10) } == true)
            }
            try await run("no-such-program-here") { _, report in
                #expect(report.exit == 127 && report.reason?.contains("could not find a program") == true)
            }
            try await run("kill -SEGV $$") { _, report in
                #expect(report.state == .failed && report.exit == nil && report.reason == "ended by SIGSEGV")
            }
        }

        @Test func whatCannotBeStartedFailsAtOnceAndSaysWhatToDo() async throws {
            try await run("", mode: 0o644) { _, report in
                #expect(report.state == .failed && report.started == nil && report.reason?.contains("chmod +x") == true)
            }
            try await run("", interpreter: "no interpreter") { _, report in
                #expect(report.reason?.contains("a first line such as #!/bin/sh") == true)
            }
            try await run("", interpreter: "#!/no/such/shell") { _, report in
                #expect(report.reason?.contains("names an interpreter that is not installed") == true)
            }
            let yard = try Yard { directory in
                [
                    ActionSettings(name: "path", work: .command([directory.path("gone")])),
                    ActionSettings(name: "word", work: .command(["no-such-program-here"])),
                    ActionSettings(name: "folder", work: .command([directory.path("")])),
                    ActionSettings(name: "empty", work: .command([])),
                ]
            }
            #expect(yard.runner.start(due("path")).reason?.contains("there is no program /") == true)
            #expect(yard.runner.start(due("word")).reason?.contains("in PATH") == true)
            #expect(yard.runner.start(due("folder")).state == .failed)
            #expect(yard.runner.start(due("empty")).reason?.contains("is empty") == true)
            #expect(yard.runner.start(due("unknown")).reason?.contains("no action 'unknown'") == true)
            #expect(yard.runner.load().values.allSatisfy { $0.running == 0 })
            yard.close()
        }

        @Test func aProgramThatHangsGetsSigtermAndThenSigkill() async throws {
            try await run("exec sleep 300", timeout: .milliseconds(200)) { _, report in
                #expect(report.state == .timedOut && report.exit == nil)
                #expect(report.reason == "ran longer than 200\u{A0}ms and was ended")
            }
            try await run("trap 'echo bye; exit 5' TERM; while :; do sleep 0.05; done", timeout: .milliseconds(200)) {
                _, report in
                #expect(report.state == .timedOut && report.exit == 5 && report.output?.hasSuffix("bye\n") == true)
            }
            try await run(
                "trap '' TERM; while :; do sleep 0.05; done", timeout: .milliseconds(200), grace: .milliseconds(300)
            ) { _, report in
                #expect(report.state == .timedOut)
                #expect(report.reason?.contains("ignored SIGTERM for 300\u{A0}ms and was killed") == true)
            }
        }

        @Test func childrenThatOutliveTheProgramAreEndedWithIt() async throws {
            // the first keeps the output open, the second ignores SIGTERM and has let go of the output
            let body = """
                sleep 300 & echo $! > first
                (trap '' TERM; exec sleep 300) > /dev/null 2>&1 < /dev/null & echo $! > second
                echo started
                """
            try await run(body, grace: .milliseconds(300)) { yard, report in
                #expect(report.state == .done && report.output == "started\n")
                #expect(report.duration.map { $0 < .seconds(3) } == true)
                for name in ["first", "second"] {
                    let id = try #require(Int32(yard.read(name).trimmingCharacters(in: .whitespacesAndNewlines)))
                    #expect(await eventually { isGone(id) }, "\(name) lives")
                }
            }
        }

        /// Gone, or a zombie of the process that takes orphans in.
        private func isGone(_ id: Int32) -> Bool {
            guard let stat = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return true }
            return stat.split(separator: ")").last?.hasPrefix(" Z") == true
        }

        @Test func theLast4kBOfTheOutputAreKept() async throws {
            try await run("seq 1 20000; printf 'Hähnchen \\001 \\377'") { _, report in
                let output = try #require(report.output)
                #expect(output.hasSuffix("19999\n20000\nHähnchen \u{FFFD} \u{FFFD}"))
                #expect(output.utf8.count > 4_000 && output.utf8.count <= 4_096 + 8)
            }
        }

        @Test func aFloodOfOutputIsReadAwayAndHoldsUpNobody() async throws {
            let yard = try Yard { directory in
                [
                    ActionSettings(
                        name: "flood", work: .command([try directory.script("flood", "exec yes cock-a-doodle-doo")]),
                        timeout: .seconds(2)),
                    ActionSettings(name: "quick", work: .command([try directory.script("quick", "echo done")])),
                ]
            }
            #expect(yard.runner.start(due("flood", number: 1)).state == .started)
            for number in 2..<6 {
                let quick = due("quick", number: number)
                #expect(yard.runner.start(quick).state == .started)
                let end = await yard.end(of: quick)
                #expect(end?.state == .done && end?.output == "done\n")
                #expect(end?.duration.map { $0 < .milliseconds(1_500) } == true)
            }
            let flood = await yard.end(of: due("flood", number: 1))
            #expect(flood?.state == .timedOut && (flood?.output?.utf8.count ?? 0) <= 4_096)
            yard.close()
        }

        @Test func aKernelWithoutPidfdsIsPolled() async throws {
            let start = systemClock()
            var process = try startProcess(["/bin/sh", "-c", "sleep 0.1; exit 4"], environment: [], input: [])
            close(process.pidfd)
            process.pidfd = -1
            let settings = ActionSettings(name: "a", work: .command([]))
            var running = RunningProcess(process, due: due("a"), settings: settings, started: start)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1_024, alignment: 1)
            defer { buffer.deallocate() }
            var ending: ActionEnding?
            let isOver = await eventually {
                let now = systemClock().monotonic
                #expect(running.isGone || running.nextTime(now: now).map { $0 <= now + RunningProcess.look } == true)
                running.listen(into: buffer, now: now)
                running.reap(now: now)
                ending = ending ?? running.advance(now: now)
                return running.isGone
            }
            #expect(isOver && ending?.exit == 4)
        }
    }
}
