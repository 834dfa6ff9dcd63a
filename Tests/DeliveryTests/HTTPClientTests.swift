import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    @Suite struct HTTPClientTests {
        /// Runs a body with a server and a client, and closes both.
        func with(
            _ handler: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply = { _ in .answer(200) },
            _ body: (LoopbackServer, HTTPClient) async throws -> Void
        ) async throws {
            let server = try LoopbackServer(handler)
            let client = HTTPClient(usesProxyOfEnvironment: false)
            do {
                try await body(server, client)
            } catch {
                Issue.record(error)
            }
            client.close()
            server.stop()
            #expect(server.faults == [])
        }

        func failure(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPFailure.Kind? {
            do {
                _ = try await client.send(request)
                return nil
            } catch {
                return error.kind
            }
        }

        func status(_ client: HTTPClient, _ request: HTTPRequest) async -> Int? {
            try? await client.send(request).status
        }

        @Test func aRequestArrivesAsItWasMeant() async throws {
            try await with({ _ in .answer(201, headers: ["Retry-After": "7"], body: "cluck") }) { server, client in
                let answer = try await client.send(
                    HTTPRequest(
                        "PUT", server.url + "/a?b=c", headers: [("X-Empty", ""), ("X-One", "1")], body: [0, 255]))
                #expect(answer.status == 201)
                #expect(answer.body == Array("cluck".utf8))
                #expect(answer.retryAfter == .seconds(7))
                let request = try #require(server.requests.first)
                #expect(request.method == "PUT" && request.path == "/a?b=c")
                #expect(request.body == [0, 255] && request["Content-Length"] == "2")
                #expect(request["X-Empty"] == "" && request["X-One"] == "1" && request["Content-Type"] == nil)
            }
        }

        @Test func bodiesAreSentOnlyWhereThereAreAny() async throws {
            try await with { server, client in
                _ = try await client.send(HTTPRequest("GET", server.url))
                _ = try await client.send(HTTPRequest("POST", server.url, body: []))
                _ = try await client.send(HTTPRequest("HEAD", server.url))
                #expect(server.requests.map(\.method) == ["GET", "POST", "HEAD"])
                #expect(server.requests.map { $0["Content-Length"] } == [nil, "0", nil])
            }
        }

        @Test func connectionsAreUsedAgain() async throws {
            try await with { server, client in
                for _ in 0..<5 { _ = try await client.send(HTTPRequest("GET", server.url)) }
                #expect(server.requests.count == 5 && server.accepted == 1)
            }
        }

        @Test func anAnswerWithoutEndIsCut() async throws {
            try await with({ _ in .flood }) { server, client in
                let answer = try await client.send(HTTPRequest("GET", server.url))
                #expect(answer.status == 200 && answer.body.count == HTTPClient.keptBody && answer.isCut)
            }
        }

        @Test func failuresAreToldApart() async throws {
            try await with({ request in
                switch request.path {
                case "/hang": .hang
                case "/cut": .cut
                case "/inside": .cutInside
                case "/head": .cutInHead
                default: .answer(200)
                }
            }) { server, client in
                let short = Duration.milliseconds(200)
                #expect(await failure(client, HTTPRequest("GET", server.url + "/hang", timeout: short)) == .timedOut)
                #expect(await failure(client, HTTPRequest("GET", server.url + "/cut")) == .connectionLost)
                #expect(await failure(client, HTTPRequest("GET", server.url + "/inside")) == .connectionLost)
                #expect(await failure(client, HTTPRequest("GET", server.url + "/head")) == .connectionLost)
                #expect(await failure(client, HTTPRequest("GET", "http://127.0.0.1:1/")) == .unreachable)
                #expect(await failure(client, HTTPRequest("GET", "http://no.such.host.invalid/")) == .unresolved)
                #expect(await failure(client, HTTPRequest("GET", "http://127.0.0.1:99999/")) == .invalid)
            }
        }

        @Test func onlyHTTPIsSpokenAndHeadersCannotBeSmuggled() async throws {
            try await with { server, client in
                for address in ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "127.0.0.1"] {
                    #expect(await failure(client, HTTPRequest("GET", address)) == .invalid)
                }
                let url = server.url
                #expect(await failure(client, HTTPRequest("GET", url + "/a b")) == .invalid)
                #expect(await failure(client, HTTPRequest("GE T", url)) == .invalid)
                let secret = HTTPRequest("GET", url, headers: [("Authorization", "Bearer a\r\nX-Other: b")])
                #expect(await failure(client, secret) == .invalid)
                #expect(secret.fault?.contains("Bearer") == false)
                #expect(server.requests.isEmpty)
            }
        }

        @Test func redirectsAreNotFollowed() async throws {
            try await with({ request in
                request.path == "/" ? .answer(302, headers: ["Location": "/other"]) : .answer(200)
            }) { server, client in
                #expect(await status(client, HTTPRequest("POST", server.url, body: [1])) == 302)
                #expect(server.requests.count == 1)
            }
        }

        @Test func aHangingServerHoldsUpNobodyElse() async throws {
            try await with({ $0.path == "/hang" ? .hang : .answer(200) }) { server, client in
                async let hanging = failure(client, HTTPRequest("GET", server.url + "/hang", timeout: .seconds(30)))
                #expect(await eventually { server.requests.count == 1 })
                for _ in 0..<20 { #expect(await status(client, HTTPRequest("GET", server.url)) == 200) }
                client.close()
                #expect(await hanging == .unavailable)
            }
        }

        @Test func cancellingATaskTakesItsRequestBackAtOnce() async throws {
            try await with({ _ in .hang }) { server, client in
                let task = Task { await failure(client, HTTPRequest("GET", server.url, timeout: .seconds(60))) }
                #expect(await eventually { server.requests.count == 1 })
                let clock = ContinuousClock.now
                task.cancel()
                #expect(await task.value == .cancelled)
                #expect(ContinuousClock.now - clock < .seconds(20))
            }
        }

        @Test func moreRequestsThanAreAllowedAreRefusedAndAllAreAnswered() async throws {
            try await with({ _ in .hang }) { server, client in
                let kinds = await withTaskGroup(of: HTTPFailure.Kind?.self) { group in
                    for _ in 0..<HTTPClient.most + 5 {
                        group.addTask {
                            await failure(client, HTTPRequest("GET", server.url, timeout: .milliseconds(500)))
                        }
                    }
                    return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                }
                #expect(kinds == [.timedOut: HTTPClient.most, .unavailable: 5])
            }
        }

        @Test func afterClosingEverythingIsRefused() async throws {
            try await with { server, client in
                client.close()
                #expect(await failure(client, HTTPRequest("GET", server.url)) == .unavailable)
                client.close()
            }
        }

        @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")))
        func aServerThatCannotProveWhoItIsIsNotTalkedTo() async throws {
            let directory = try TemporaryDirectory()
            let yard = try Yard { directory in
                let make = """
                    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem \
                    -out cert.pem -days 2 -subj /CN=localhost 2>/dev/null || exit 1
                    exec openssl s_server -accept 0 -key key.pem -cert cert.pem -www > log 2>&1 < /dev/null
                    """
                return [
                    ActionSettings(
                        name: "tls", work: .command([try directory.script("tls", make)]), timeout: .seconds(60))
                ]
            }
            _ = directory
            #expect(yard.runner.start(due("tls")).state == .started)
            func port() -> String? {
                yard.read("log").split(separator: "\n").first { $0.hasPrefix("ACCEPT") }?
                    .split(separator: ":").last.map(String.init)
            }
            #expect(await eventually(within: .seconds(30)) { port() != nil })
            let address = "https://127.0.0.1:\(port() ?? "0")/"
            #expect(await failure(yard.client, HTTPRequest("GET", address)) == .untrusted)
            yard.close()
        }
    }
}
