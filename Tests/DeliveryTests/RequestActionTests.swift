import Foundation
import Synchronization
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    /// Actions that are HTTP requests.
    @Suite struct RequestActionTests {
        func with(
            _ request: @escaping (String) -> ActionSettings.Request, timeout: Duration = .seconds(10),
            answers reply: LoopbackServer.Reply = .answer(200), _ body: (LoopbackServer, Yard) async throws -> Void
        ) async throws {
            let server = try LoopbackServer { _ in reply }
            let yard = try Yard { _ in
                [ActionSettings(name: "plug", work: .request(request(server.url)), timeout: timeout)]
            }
            do {
                try await body(server, yard)
            } catch {
                Issue.record(error)
            }
            yard.close()
            server.stop()
            #expect(server.faults == [])
        }

        @Test func aPlugIsSwitchedAndTheAnswerKept() async throws {
            try await with(
                { url in ActionSettings.Request(url: url + "/on/{label}", body: "{\"on\":true,\"for\":\"{label}\"}") },
                answers: .answer(200, body: "thanks")
            ) { server, yard in
                #expect(yard.runner.start(due("plug", label: "blue \"jay\"")).state == .started)
                let report = await yard.end(of: due("plug"))
                #expect(report?.state == .done && report?.exit == 200 && report?.output == "thanks")
                let request = try #require(server.requests.first)
                #expect(request.method == "POST" && request.path == "/on/blue%20%22jay%22")
                #expect(request.text == "{\"on\":true,\"for\":\"blue \\\"jay\\\"\"}")
                #expect(request["Content-Type"] == "application/json")
            }
        }

        @Test func withoutABodyTheDocumentIsSentAndGetSendsNone() async throws {
            try await with({ ActionSettings.Request(url: $0, method: "put") }) { server, yard in
                _ = yard.runner.start(due("plug"))
                #expect(await yard.end(of: due("plug"))?.state == .done)
                #expect(server.requests.first?.method == "PUT")
                #expect(server.requests.first?.text.hasPrefix("{\"schema\":1,\"detection\":") == true)
            }
            try await with({ ActionSettings.Request(url: $0, method: "GET") }) { server, yard in
                _ = yard.runner.start(due("plug"))
                #expect(await yard.end(of: due("plug"))?.state == .done)
                #expect(server.requests.first?.body == [])
            }
        }

        @Test func secretsComeFromTheFileOfHeaders() async throws {
            let server = try LoopbackServer()
            let yard = try Yard { directory in
                let file = directory.path("headers")
                try "# the plug's\n\nAuthorization: Basic c2VjcmV0\r\nX-Plug: 1\n".write(
                    toFile: file, atomically: false, encoding: .utf8)
                return ["headers", "missing"].map { name in
                    ActionSettings(
                        name: name,
                        work: .request(ActionSettings.Request(url: server.url, headersFile: directory.path(name))))
                }
            }
            _ = yard.runner.start(due("headers"))
            #expect(await yard.end(of: due("headers"))?.state == .done)
            #expect(server.requests.first?["Authorization"] == "Basic c2VjcmV0")
            #expect(server.requests.first?["X-Plug"] == "1")
            _ = yard.runner.start(due("missing", number: 2))
            let failed = await yard.end(of: due("missing", number: 2))
            #expect(failed?.state == .failed && failed?.reason?.contains("cannot be read") == true)
            yard.close()
            server.stop()
        }

        @Test func refusalsHangsAndBrokenConnectionsAreToldApart() async throws {
            try await with({ ActionSettings.Request(url: $0 + "/{source}") }, answers: .answer(404)) { _, yard in
                _ = yard.runner.start(due("plug"))
                let report = await yard.end(of: due("plug"))
                #expect(report?.state == .failed && report?.exit == 404)
                #expect(report?.reason == "the server answered 404: check url and method")
            }
            try await with({ ActionSettings.Request(url: $0) }, timeout: .milliseconds(300), answers: .hang) {
                _, yard in
                _ = yard.runner.start(due("plug"))
                #expect(yard.runner.load()["plug"]?.isBusy == true)
                let report = await yard.end(of: due("plug"))
                #expect(report?.state == .timedOut && report?.reason == "no answer within 300\u{A0}ms")
                #expect(yard.runner.load()["plug"]?.isBusy == false)
            }
            try await with({ ActionSettings.Request(url: $0) }, answers: .cut) { _, yard in
                _ = yard.runner.start(due("plug"))
                #expect(await yard.end(of: due("plug"))?.state == .failed)
            }
        }

        @Test func aRequestIsSentOnceEvenWhenTheServerDropsIt() async throws {
            let count = Mutex(0)
            let server = try LoopbackServer { _ in
                let number = count.withLock { number in
                    number += 1
                    return number
                }
                return number == 1 ? .answer(200) : .cut
            }
            let yard = try Yard { _ in
                [ActionSettings(name: "plug", work: .request(ActionSettings.Request(url: server.url)))]
            }
            for number in 1...2 {
                _ = yard.runner.start(due("plug", number: number))
                let report = await yard.end(of: due("plug", number: number))
                #expect(report?.state == (number == 1 ? .done : .failed))
            }
            #expect(server.requests.count == 2)
            yard.close()
            server.stop()
        }

        @Test func disarmingAndStoppingTakeRequestsBack() async throws {
            try await with({ ActionSettings.Request(url: $0) }, answers: .hang) { server, yard in
                _ = yard.runner.start(due("plug"))
                #expect(await eventually { server.requests.count == 1 })
                yard.runner.endAll()
                #expect(await yard.end(of: due("plug"))?.reason == "taken back: disarmed")
                _ = yard.runner.start(due("plug", number: 2))
                yard.runner.close()
                #expect(yard.reports.last?.1.reason == "taken back: Rooster was stopped")
            }
        }
    }
}
