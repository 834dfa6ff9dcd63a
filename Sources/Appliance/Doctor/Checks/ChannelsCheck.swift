import Delivery
import Foundation
import Settings
import Vocabulary

extension Check {
    /// Whether channels have what they need; with `--network`, whether their servers answer.
    static let channels = Check(name: "channels") { examination in
        let channels = examination.configuration.channels
        guard !channels.isEmpty else { return [.ok("there are none; the feed always has every visit")] }
        let client = HTTPClient()
        defer { client.close() }
        var findings: [Finding] = []
        for channel in channels {
            switch channel.kind {
            case .ntfy(let ntfy):
                if let file = ntfy.tokenFile,
                    let fault = unreadable(file, "token_file", channel.name, examination.user)
                {
                    findings.append(fault)
                } else if !examination.network {
                    findings.append(.ok("\(host(of: ntfy.url)) (not asked; --network does)", about: channel.name))
                } else {
                    findings.append(await ask(ntfy.url, channel.name, client))
                }
            }
        }
        return findings
    }

    private static func ask(_ url: String, _ channel: String, _ client: HTTPClient) async -> Finding {
        var server = URLComponents(string: url)
        server?.path = "/"
        server?.query = nil
        let address = server?.string ?? url
        do {
            let answer = try await client.send(HTTPRequest("GET", address, timeout: .seconds(10)))
            return .ok("\(host(of: url)) answers (\(answer.status))", about: channel)
        } catch {
            return .fault(
                "\(host(of: url)) does not answer: \(error)", about: channel,
                mend: "Messages wait and are sent when it does; check channels[\(channel)].url and the network.")
        }
    }
}
