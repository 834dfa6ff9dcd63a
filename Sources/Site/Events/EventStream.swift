import Foundation
import Hummingbird
import NIOCore
import Store
import Synchronization
import Vocabulary

/// Writes what changed since a number, then whatever changes, with a comment every 15 s to keep a quiet line open.
struct EventStream {
    let site: SiteParts
    /// Only these kinds; nil: all.
    let only: Set<Change.Kind>?
    /// The last number the reader saw; nil: begin now. One we never gave means that it has to load everything anew.
    let resume: Int64?
    let place: Listeners.Place
    /// A comment that often.
    var heartbeat = Duration.seconds(15)
    /// A reader that takes nothing for so long is let go.
    var patience = Duration.seconds(60)

    /// Runs until the reader goes away or stops reading, or the server stops.
    func run(into writer: any ResponseBodyWriter) async throws {
        // One element means "look": who is slow finds one waiting, never a queue.
        let (signals, signal) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let busySince = BusySince()
        let changes = site.store.changes()
        let transferred = Transferred(writer: writer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await write(signals, busySince, transferred.writer) }
            group.addTask {
                for await _ in changes { signal.yield() }  // ends when the store is closed
            }
            group.addTask {
                for await _ in place.closing {}  // ends when the server stops
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: heartbeat)
                    if let since = busySince.value, .now - since > patience { return }
                    signal.yield()
                }
            }
            try await group.next()
        }
    }

    private func write(
        _ signals: AsyncStream<Void>, _ busySince: BusySince, _ writer: any ResponseBodyWriter
    ) async throws {
        var writer = writer
        let newest = try await site.store.lastChange()
        var last = resume.map { $0 < 0 || $0 > newest ? newest : $0 } ?? newest
        var greeting = ServerSentEvent.retry(after: .seconds(3))
        if let resume, resume < 0 || resume > newest { greeting += reset(at: newest) }
        if resume == nil { greeting += ServerSentEvent(id: newest, event: "hello", data: "{}").frame }
        try await send(greeting, busySince, &writer)
        var lastSent = ContinuousClock.now
        var looks = signals.makeAsyncIterator()
        repeat {
            while true {
                let changes = try await site.store.changes(since: last, limit: 100)
                var text = changes.isComplete ? "" : reset(at: changes.last)
                if changes.isComplete {
                    for change in changes.items where only?.contains(change.kind) ?? true {
                        text += try await frame(of: change)
                    }
                }
                let isMore = changes.last > last && changes.items.count == 100
                last = max(last, changes.last)
                if !text.isEmpty {
                    try await send(text, busySince, &writer)
                    lastSent = .now
                }
                if !isMore { break }
            }
            if .now - lastSent >= heartbeat {
                try await send(ServerSentEvent.heartbeat, busySince, &writer)
                lastSent = .now
            }
        } while await looks.next() != nil
    }

    private func send(_ text: String, _ busySince: BusySince, _ writer: inout any ResponseBodyWriter) async throws {
        busySince.value = .now
        try await writer.write(ByteBuffer(string: text))
        busySince.value = nil
    }

    /// Tells the reader that it missed something for good.
    private func reset(at sequence: Int64) -> String {
        ServerSentEvent(id: sequence, event: "reset", data: "{}").frame
    }

    private func frame(of change: Change) async throws -> String {
        let data: String
        switch change.kind {
        case .frame: data = try json(try await site.store.frame(FrameID(rawValue: change.subject)), change)
        case .detection: data = try json(try await site.store.detection(DetectionID(rawValue: change.subject)), change)
        case .visit:
            data = try json(try await site.store.visit(VisitID(rawValue: change.subject)).map(VisitBody.init), change)
        case .source:
            data = try json(try await site.store.condition(change.subject).map(ConditionBody.init), change)
        case .armed: data = try encoded(ArmedBody(try await site.store.armedState(), now: site.now()))
        }
        return ServerSentEvent(id: change.sequence, event: change.kind.rawValue, data: data).frame
    }

    /// The thing that changed; only its id where it is gone already.
    private func json(_ value: (some Encodable)?, _ change: Change) throws -> String {
        guard let value else { return try encoded(["id": change.subject]) }
        return try encoded(value)
    }

    private func encoded(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// Hands the writer to the one child task that writes.
///
/// `@unchecked Sendable`: the task that made it waits for that child and does not touch it meanwhile, so that only one
/// task at a time ever uses it.
private struct Transferred: @unchecked Sendable {
    let writer: any ResponseBodyWriter
}

/// Since when the writer waits for the reader; nil while it does not.
private final class BusySince: Sendable {
    private let state = Mutex<ContinuousClock.Instant?>(nil)

    var value: ContinuousClock.Instant? {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// A visit as events tell it.
struct VisitBody: Encodable {
    let visit: VisitItem

    init(_ visit: VisitItem) { self.visit = visit }

    private enum Key: String, CodingKey { case id, label, source, region, started, last, ended, detections, best }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(visit.id, forKey: .id)
        try container.encode(visit.label, forKey: .label)
        try container.encode(visit.source, forKey: .source)
        try container.encode(visit.region, forKey: .region)
        try container.encode(visit.started, forKey: .started)
        try container.encode(visit.last, forKey: .last)
        try container.encode(visit.ended, forKey: .ended)
        try container.encode(visit.count, forKey: .detections)
        try container.encode(visit.best.id, forKey: .best)
    }
}
