// A small append-only file beside the database. Why not the database itself: docs/decisions/intent-journal.md.
// Appending is one write() without fsync: it survives the death of the process, not a power cut. Torn lines are told by
// their sum (JournalLine.swift). The file is rewritten beside and renamed when it has grown.

import Foundation
import Glibc
import Synchronization
public import Vocabulary

/// What was about to be done, what was started and how it ended, across the death of the process.
///
/// Never fails: an action must not wait for a disk. What could not be written is counted, and kept in memory.
public final class IntentJournal: Sendable {
    /// An action that was set off before: what restores cool-downs.
    public struct Start: Hashable, Sendable {
        /// The rule.
        public var rule: String
        /// The source.
        public var source: String
        /// The region.
        public var region: String
        /// The name of the action.
        public var action: String
        /// When, on the wall clock of then.
        public var at: Instant
        /// How long ago; never negative, also when the clock was set back meanwhile.
        public var age: Duration
    }

    /// How well it can be written.
    public struct Health: Hashable, Sendable {
        /// Lines that could not be written since the start.
        public var failures: Int
        /// Why the last one could not; nil when the last one could.
        public var fault: String?
        /// Torn lines found when the journal was opened.
        public var tornLines: Int
    }

    private struct State {
        var journal = JournalState()
        var file: Int32 = -1
        var size = 0
        var compactAt = IntentJournal.leastCompaction
        var failures = 0
        var fault: String?
        var tornLines = 0
        /// The file ends in a part of a line, which must not swallow the next one.
        var endsTorn = false
        /// While the file is rewritten: what was appended meanwhile.
        var meanwhile: [UInt8]?
    }

    /// The file.
    public let path: String
    let boot: String
    private let state: Mutex<State>

    /// A file smaller than this is left alone: about a thousand actions.
    static let leastCompaction = 512 * 1_024
    /// Beyond this a file is not read as a whole, only its end: something else wrote it.
    static let longestRead = 64 * 1_024 * 1_024

    /// Opens a journal, or begins one, and reads what it holds.
    /// - Parameters:
    ///   - path: in the state directory. Read and written with 0600.
    ///   - boot: tells starts of the machine apart; the kernel's by default.
    public init(path: String, boot: String? = nil) {
        self.path = path
        self.boot = boot ?? Self.kernelBoot
        var state = State()
        if let bytes = Self.read(path) { (state.journal, state.tornLines) = JournalState.read(bytes) }
        self.state = Mutex(state)
        compact()
    }

    deinit { state.withLock { if $0.file >= 0 { Glibc.close($0.file) } } }

    /// How well it can be written.
    public var health: Health {
        state.withLock { Health(failures: $0.failures, fault: $0.fault, tornLines: $0.tornLines) }
    }

    // MARK: Writing

    /// Appends a line: one `write`, no `fsync`, from any thread.
    /// - Returns: false where it could not be written; that is counted.
    @discardableResult
    func append(_ line: JournalLine) -> Bool {
        let bytes = Array(line.text.utf8)
        return state.withLock { state in
            state.journal.apply(line)
            state.meanwhile?.append(contentsOf: bytes)
            if state.file < 0 { state.file = Self.open(path, O_WRONLY | O_APPEND | O_CREAT) }
            let ended = state.endsTorn ? [UInt8(ascii: "\n")] + bytes : bytes
            let code = state.file < 0 ? errno : Self.write(ended, to: state.file)
            state.endsTorn = code != 0
            guard code == 0 else {
                state.failures += 1
                state.fault = "the journal of actions \(path) cannot be written: \(Self.words(code))"
                return false
            }
            state.size += bytes.count
            state.fault = nil
            return true
        }
    }

    /// The frames of these actions are on record now, with what is known of them: the oldest may be forgotten.
    public func noteOnRecord(_ actions: some Sequence<(detection: DetectionID, action: String)>) {
        state.withLock { state in
            for (detection, action) in actions {
                state.journal.noteOnRecord(Intent.Key(detection: detection, action: action))
            }
        }
    }

    /// Rewrites the file when it has grown. Waits for the disk: never on the inference lane.
    func compactIfLarge() {
        if state.withLock({ $0.size > $0.compactAt }) { compact() }
    }

    private func compact() {
        let lines = state.withLock { state in
            state.journal.trim()
            state.meanwhile = []
            return state.journal.lines
        }
        var bytes: [UInt8] = []
        for line in lines { bytes.append(contentsOf: line.text.utf8) }
        let beside = path + ".new"
        let file = Self.open(beside, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC)
        var code = file < 0 ? errno : Self.write(bytes, to: file)
        if code == 0, fsync(file) != 0 { code = errno }
        state.withLock { state in
            let meanwhile = state.meanwhile ?? []
            state.meanwhile = nil
            if code == 0 { code = Self.write(meanwhile, to: file) }
            if code == 0, rename(beside, path) != 0 { code = errno }
            guard code == 0 else {
                if file >= 0 { Glibc.close(file) }
                unlink(beside)
                state.compactAt = state.size + Self.leastCompaction  // not again with the next line
                state.fault = "the journal of actions \(path) cannot be rewritten: \(Self.words(code))"
                state.endsTorn = true  // the old file goes on, however it ends
                return
            }
            if state.file >= 0 { Glibc.close(state.file) }
            state.file = file
            state.endsTorn = false
            state.size = bytes.count + meanwhile.count
            state.compactAt = max(Self.leastCompaction, 2 * state.size)
        }
    }

    // MARK: Reading back

    /// What is known of an action of a detection, from this run or an earlier one; nil: nothing.
    public func report(of detection: DetectionID, action: String) -> ActionReport? {
        state.withLock { $0.journal[Intent.Key(detection: detection, action: action)] }?.report
    }

    /// How actions ended as far as is remembered, oldest first.
    public var outcomes: [(detection: DetectionID, report: ActionReport)] {
        entries().compactMap { entry in entry.ended.map { (entry.intent.detection, $0) } }
    }

    /// Everything that is remembered, oldest first.
    func entries() -> [JournalState.Entry] { state.withLock(\.journal.entries) }

    /// What was set off, oldest first: everything that was due and not held back.
    public func starts(now: Moment) -> [Start] {
        state.withLock(\.journal.entries).compactMap { entry in
            if let state = entry.ended?.state, state == .heldBack || state == .expired { return nil }
            let intent = entry.intent
            return Start(
                rule: intent.rule, source: intent.source, region: intent.region, action: intent.action, at: intent.at,
                age: intent.age(now: now, boot: boot))
        }
    }

    // MARK: The file

    private static func open(_ path: String, _ flags: Int32) -> Int32 {
        Glibc.open(path, flags | O_CLOEXEC, 0o600)
    }

    /// 0, or the errno. A part of the line may be written then: its sum tells.
    private static func write(_ bytes: [UInt8], to file: Int32) -> Int32 {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { Glibc.write(file, $0 + written, bytes.count - written) } ?? 0
            }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { return count < 0 ? errno : ENOSPC }
            written += count
        }
        return 0
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let size = try? handle.seekToEnd() else { return nil }
        let beginning = size > UInt64(longestRead) ? size - UInt64(longestRead) : 0
        guard (try? handle.seek(toOffset: beginning)) != nil, let data = try? handle.readToEnd() else { return nil }
        return Array(data)
    }

    private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static var kernelBoot: String {
        let path = "/proc/sys/kernel/random/boot_id"
        return (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
            ?? "unknown"
    }
}

extension JournalState.Entry {
    /// What is known of it as a report.
    var report: ActionReport {
        if let ended { return ended }
        return ActionReport(name: intent.action, state: started == nil ? .queued : .started, started: started)
    }
}
