import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Delivery

extension DeliveryTests {
    @Suite struct NtfyTests {
        let directory: TemporaryDirectory
        init() throws { directory = try TemporaryDirectory() }

        /// Sends messages to a server of the test.
        func send(
            _ messages: [ChannelMessage], token: String? = NtfyServer.token, tags: [String] = [], click: String? = nil,
            moods: [NtfyServer.Mood] = []
        ) async throws -> (NtfyServer, [DeliveryFailure?]) {
            let server = try NtfyServer()
            for mood in moods { server.be(mood) }
            let client = HTTPClient(usesProxyOfEnvironment: false)
            if let token { try token.write(toFile: directory.path("token"), atomically: false, encoding: .utf8) }
            let channel = NtfyChannel(
                name: "phone",
                settings: ChannelSettings.Ntfy(
                    url: server.url, tokenFile: directory.path("token"), tags: tags, click: click), client: client)
            var failures: [DeliveryFailure?] = []
            for message in messages {
                do {
                    try await channel.deliver(message)
                    failures.append(nil)
                } catch {
                    failures.append(error)
                }
            }
            client.close()
            server.stop()
            return (server, failures)
        }

        @Test func withoutAPictureTheTextIsTheBody() async throws {
            let (server, failures) = try await send([sampleMessage(text: "Häher gesehen 🐦", picture: nil)])
            #expect(failures == [nil] && server.faults == [])
            #expect(server.requests.first?.method == "POST")
            #expect(server.messages.first?.text == "Häher gesehen 🐦")
        }

        @Test func lettersBeyondASCIIArriveInHeaders() async throws {
            let text = "Eichelhäher gesehen 07:42, Sprinkler nach 84\u{A0}ms – und ein sehr langer Satz dazu 🐦🐦🐦"
            let (server, failures) = try await send(
                [sampleMessage(label: "Eichelhäher", text: text)], tags: ["Häher", "warning"],
                click: "https://hens.example/detections/{detection}?l={label}")
            #expect(failures == [nil] && server.faults == [])
            let message = try #require(server.messages.first)
            #expect(message.text == text.replacingOccurrences(of: "\u{A0}", with: " "))
            #expect(message.title == "Eichelhäher at nest" && message.tags == ["Häher", "warning"])
            #expect(message.click?.hasSuffix("?l=Eichelh%C3%A4her") == true)
            #expect(message.picture == NtfyServer.jpeg && message.fileName == "jay-1.jpg")
        }

        @Test func aServerThatTakesNoPictureGetsTheText() async throws {
            for mood in [NtfyServer.Mood.answer(413, code: 41_301), .answer(400, code: NtfyChannel.attachmentsOff)] {
                let (server, failures) = try await send([sampleMessage()], moods: [mood])
                #expect(failures == [nil] && server.faults == [])
                #expect(server.requests.map(\.method) == ["PUT", "POST"])
                #expect(server.messages.map(\.text) == ["Jay seen 07:42, sprinkler fired after 84 ms"])
            }
        }

        @Test func aMessageThatIsRefusedTwiceIsGivenUpWithTheServersWords() async throws {
            let (_, failures) = try await send(
                [sampleMessage(), sampleMessage(picture: nil)],
                moods: [.answer(413), .answer(413), .answer(400, code: 1)])
            let sentences = failures.compactMap { failure -> String? in
                if case .refused(let sentence) = failure { sentence } else { nil }
            }
            #expect(sentences.count == 2)
            #expect(
                sentences.first == "the ntfy server answered 413 (as the test wanted): the message is too large for it")
        }

        @Test func aTokenFileThatIsMissingEmptyOrOddIsSaid() async throws {
            for (token, words) in [(nil, "missing"), ("\n", "empty"), ("tk_a\ntk_b", "more than one")] {
                try? FileManager.default.removeItem(atPath: directory.path("token"))
                let (server, failures) = try await send([sampleMessage()], token: token)
                guard case .misconfigured(let sentence) = failures.first ?? nil else {
                    Issue.record("\(words): \(failures)")
                    continue
                }
                #expect(sentence.contains(words) && sentence.contains("'phone'") && !sentence.contains("tk_"))
                #expect(server.requests.isEmpty)
            }
        }

        @Test func anyKeyBecomesASequenceThatNtfyTakes() {
            #expect(NtfyChannel.sequence("abc-start-phone") == "abc-start-phone")
            for odd in ["a b", "Häher", String(repeating: "a", count: 65), "a/b"] {
                let sequence = NtfyChannel.sequence(odd)
                #expect(sequence.wholeMatch(of: /[-_A-Za-z0-9]{1,64}/) != nil && sequence == NtfyChannel.sequence(odd))
            }
            #expect(NtfyChannel.sequence("a b") != NtfyChannel.sequence("a c"))
        }

        @Test(arguments: UInt64(0)..<200)
        func anyTextSurvivesAHeader(seed: UInt64) {
            var random = SplitMix64(seed: seed)
            let letters: [Character] = ["a", " ", "ä", "🐦", "=", "?", "\u{A0}", "é", "漢", "~", "👨‍👩‍👧"]
            let text = String(
                (0..<Int.random(in: 0...120, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
            let plain = text.trimmingCharacters(in: .whitespaces)
            #expect(decodedHeader(headerValue(text)) == plain)
        }

        @Test func lineBreaksDoNotReachAHeader() {
            #expect(headerValue("a\r\nX-Other: b\nc") == "a X-Other: b c")
            #expect(headerValue("a\u{0}b").hasPrefix("=?UTF-8?B?"))
        }
    }
}
