import Foundation
internal import Vocabulary

/// An action that is an HTTP request, from sending to the answer.
struct RunningRequest {
    let due: DueAction
    let settings: ActionSettings
    let started: Moment
    let ticket: HTTPClient.Ticket?
    /// Why it was taken back; nil: it was not.
    var ended: EndReason?

    init(_ waiting: ActionCore.WaitingRequest, ticket: HTTPClient.Ticket?) {
        due = waiting.due
        settings = waiting.settings
        started = waiting.started
        self.ticket = ticket
    }

    /// A file of headers longer than this is none.
    static let longestHeaders = 64 * 1_024

    /// Fills in the request. Reads the file of headers: not on the lane.
    static func make(_ waiting: ActionCore.WaitingRequest) -> Result<HTTPRequest, HTTPFailure> {
        guard case .request(let work) = waiting.settings.work else {
            return .failure(HTTPFailure(.invalid, "this action is no HTTP request"))
        }
        let document = ActionDocument(waiting.due, now: waiting.started.monotonic)
        let method = work.method.uppercased()
        var request = HTTPRequest(
            method, document.filled(work.url, as: .address), timeout: waiting.settings.timeout)
        request.isRepeatable = false  // an action starts once (DESIGN section 2)
        if let file = work.headersFile {
            switch headers(in: file) {
            case .success(let headers): request.headers = headers
            case .failure(let failure): return .failure(failure)
            }
        }
        var isJSON = true
        if let body = work.body {
            isJSON = body.first { !$0.isWhitespace }.map { $0 == "{" || $0 == "[" } ?? false
            request.body = Array(document.filled(body, as: isJSON ? .json : .plain).utf8)
        } else if !["GET", "HEAD", "DELETE", "OPTIONS"].contains(method) {
            request.body = Array(document.json.utf8)
        }
        if request.body != nil, !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            request.headers.append(("Content-Type", isJSON ? "application/json" : "text/plain; charset=utf-8"))
        }
        return .success(request)
    }

    /// Reads `Name: value` a line; blank lines and such that begin with `#` are left out.
    private static func headers(in file: String) -> Result<[(name: String, value: String)], HTTPFailure> {
        guard let handle = FileHandle(forReadingAtPath: file),
            let data = try? handle.read(upToCount: longestHeaders), let text = String(data: data, encoding: .utf8)
        else {
            return .failure(HTTPFailure(.invalid, "the headers_file \(file) cannot be read: check path and rights"))
        }
        var headers: [(name: String, value: String)] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespacesAndNewlines)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                return .failure(HTTPFailure(.invalid, "line \(index + 1) of \(file) is not 'Name: value'"))
            }
            headers.append(
                (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)))
        }
        return .success(headers)
    }

    /// What an answer means for the action.
    func report(of result: Result<HTTPResponse, HTTPFailure>, now: Moment) -> ActionReport {
        var report = ActionReport(
            name: due.action, state: .failed, started: started.wall, duration: now.monotonic - started.monotonic)
        switch result {
        case .success(let response):
            report.exit = response.status
            report.state = response.isSuccess ? .done : .failed
            if !response.isSuccess { report.reason = "the server answered \(response.status)" + hint(response.status) }
            var tail = OutputTail()
            response.body.withUnsafeBytes { tail.append($0) }
            report.output = tail.text
        case .failure(let failure):
            report.reason = failure.message
            if failure.kind == .timedOut {
                report.state = .timedOut
                report.reason = "no answer within \(spoken(settings.timeout))"
            }
            if let ended {
                report.reason = ended == .disarmed ? "taken back: disarmed" : "taken back: Rooster was stopped"
            }
        }
        return report
    }

    private func hint(_ status: Int) -> String {
        switch status {
        case 300..<400: ": it sends on to another address; write that one into the settings"
        case 401, 403: ": check the headers_file"
        case 404, 405: ": check url and method"
        default: ""
        }
    }
}
