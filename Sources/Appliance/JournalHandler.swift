import Foundation
import Logging
import Synchronization

/// Log lines on standard error, with systemd's marks of importance where it reads them: a healthy day is quiet.
struct JournalHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .notice
    /// systemd sets JOURNAL_STREAM for what it reads.
    private static let isJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let line = "\(event.message)\(pairs)".replacingOccurrences(of: "\n", with: " ")
        let head = JournalHandler.isJournal ? "<\(importance(event.level))>" : "rooster: \(event.level): "
        FileHandle.standardError.write(Data("\(head)\(line)\n".utf8))
    }

    private func importance(_ level: Logger.Level) -> Int {
        switch level {
        case .critical, .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}
