/// One message of an event stream (HTML standard, "server-sent events").
struct ServerSentEvent: Hashable, Sendable {
    /// The sequence number of the change; a browser sends the last one back when it reconnects.
    var id: Int64?
    /// What happened: `frame`, `detection`, `visit`, ...
    var event: String?
    /// One line or many.
    var data: String

    /// The message as it goes over the wire, with the blank line that ends it. A line end inside `event` would end
    /// the field: what follows it is cut.
    var frame: String {
        var text = ""
        if let id { text += "id: \(id)\n" }
        if let event { text += "event: \(event.prefix { !$0.isNewline })\n" }
        for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            text += "data: \(line)\n"
        }
        return text + "\n"
    }

    /// What keeps a quiet connection open; browsers ignore it.
    static let heartbeat = ": still here\n\n"

    /// How long a browser waits before it reconnects.
    static func retry(after delay: Duration) -> String { "retry: \(delay.components.seconds * 1_000)\n\n" }
}
