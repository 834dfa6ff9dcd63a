import Foundation
import Glibc
import Synchronization

/// How far a long job is, on standard error: one line that changes on a terminal, now and then a line elsewhere.
final class ProgressLine: Sendable {
    private let things: String
    private let isShown: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let shown = Mutex(Duration.zero)

    /// - Parameter things: what is counted.
    init(of things: String, isShown: Bool) {
        self.things = things
        self.isShown = isShown
    }

    /// Called as often as one likes, on any thread.
    func show(_ done: Int, of total: Int, elapsed: Duration) {
        guard isShown else { return }
        let pause: Duration = isTerminal ? .milliseconds(200) : .seconds(5)
        shown.withLock { last in
            guard elapsed - last >= pause else { return }
            last = elapsed
            let (seconds, attoseconds) = elapsed.components
            let rate = Double(done) / max(1e-3, Double(seconds) + Double(attoseconds) * 1e-18)
            let left = Int((Double(total - done) / max(rate, 1e-3)).rounded(.up))
            let time = left < 120 ? "\(left) s" : "\((left + 59) / 60) min"
            let words = "\(done) of \(total) \(things), \(Int(rate.rounded())) a second, \(time) left"
            let width = 24
            let full = total == 0 ? width : width * done / total
            let bar = "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "] "
            write(isTerminal ? "\r\(bar)\(words)\u{1B}[K" : "\(words)\n")
        }
    }

    /// Clears the line of a terminal.
    func end() {
        if isShown, isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
