import Foundation
import Glibc
import Settings

extension Check {
    /// Who may ask the page: loopback, or a token that is there and kept to oneself.
    static let address = Check(name: "address") { examination in
        let http = examination.configuration.http
        guard let file = http.tokenFile else {
            guard http.listen.isLoopback else {
                return [
                    .fault(
                        "\(http.listen) can be reached from other machines and there is no token",
                        mend: "Set http.token_file, or listen on 127.0.0.1.")
                ]
            }
            return [.ok("\(http.listen): this machine only")]
        }
        let user = examination.user.name
        let text = examination.user.attempt { try? String(contentsOfFile: file, encoding: .utf8) } ?? nil
        guard let text else {
            return [
                .fault(
                    "http.token_file \(file) cannot be read by \(user)",
                    mend:
                        "Make it: head -c 24 /dev/urandom | base64 >\(file); chown \(user) \(file); chmod 600 \(file).")
            ]
        }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if token.isEmpty {
            return [
                .fault(
                    "http.token_file \(file) is empty",
                    mend: "Write a long random word into it: head -c 24 /dev/urandom | base64 >\(file).")
            ]
        }
        // Ten tries a minute and address: twelve letters are beyond any patience.
        if token.utf8.count < 12 {
            return [
                .note(
                    "the token in \(file) has \(token.utf8.count) letters: it can be guessed",
                    mend: "head -c 24 /dev/urandom | base64 >\(file), then restart Rooster.")
            ]
        }
        return [.ok("\(http.listen): a token is needed")]
    }
}
