import Foundation
import Glibc
import Imaging
public import Models
import Synchronization
import Vocabulary

/// Sends photos through the network, each once in its life.
public struct Embedder: Sendable {
    /// A photo that could not be read.
    public struct Unreadable: Sendable {
        /// As given.
        public var path: String
        /// What is wrong with it, in a sentence.
        public var reason: String
    }

    /// How far it is.
    public struct Progress: Sendable {
        /// Photos that are done.
        public var done: Int
        /// Photos in all.
        public var total: Int
        /// Photos of these that the network had seen before.
        public var known: Int
        /// Since the beginning.
        public var elapsed: Duration
    }

    /// What came of a list of photos.
    public struct Result: Sendable {
        /// Of each photo; nil: it could not be read.
        public var facts: [PhotoFacts?]
        /// In order.
        public var unreadable: [Unreadable]
        /// Photos that the network had seen before.
        public var known: Int
    }

    private let version: ModelVersion
    private let cache: EmbeddingCache
    private let keepsPredictions: Bool
    private let clock: @Sendable () -> Duration
    /// More than any camera writes.
    private static let mostBytes = 256_000_000

    /// - Parameters:
    ///   - version: whose network sees them.
    ///   - cache: the directory where facts are kept.
    ///   - clock: monotonic.
    ///   - keepsPredictions: whether the facts have to say what the version itself answers, which no cache knows.
    public init(
        _ version: ModelVersion, cache directory: String, clock: @escaping @Sendable () -> Duration,
        keepsPredictions: Bool = false
    ) throws {
        self.keepsPredictions = keepsPredictions
        let probe = try Classifier(version, threads: 1, clock: clock)
        guard let width = probe.embedding?.count else {
            throw ModelError.network(
                path: version.backbonePath, reason: "it has no embedding, so no head can be taught on it")
        }
        self.version = version
        self.clock = clock
        cache = EmbeddingCache(directory: directory, version: version, width: width)
    }

    /// Everything about some photos.
    /// - Parameters:
    ///   - threads: each with a network of its own.
    ///   - report: called after each photo, on any thread.
    /// - Throws: what keeps the network from running.
    public func run(
        _ photos: [LabelledPhoto], threads: Int, report: @escaping @Sendable (Progress) -> Void
    ) throws -> Result {
        let start = clock()
        let desk = Desk(total: photos.count)
        let team = min(max(1, threads), max(1, photos.count))
        let readers = try (0..<team).map { _ in try PhotoReader(version, clock: clock) }
        let group = DispatchGroup()
        for reader in readers {
            let reader = Handed(reader: reader)
            let worker = Thread {
                while let place = desk.next() {
                    let (facts, isKnown) = self.look(at: photos[place], with: reader.reader)
                    var progress = desk.done(place, facts, isKnown: isKnown)
                    progress.elapsed = self.clock() - start
                    report(progress)
                }
                group.leave()
            }
            worker.stackSize = 8 << 20
            group.enter()
            worker.start()
        }
        group.wait()
        return desk.result(photos)
    }

    /// A reader on its way to the one thread that uses it.
    private struct Handed: @unchecked Sendable {
        let reader: PhotoReader
    }

    private func look(
        at photo: LabelledPhoto, with reader: PhotoReader
    ) -> (Swift.Result<PhotoFacts, Fault>, isKnown: Bool) {
        let bytes: Data
        do {
            let size = try URL(filePath: photo.file).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            guard size <= Self.mostBytes else { return (.failure(Fault(words: "it has \(size) bytes")), false) }
            bytes = try Data(contentsOf: URL(filePath: photo.file))
        } catch {
            let isThere = FileManager.default.fileExists(atPath: photo.file)
            return (.failure(Fault(words: isThere ? error.localizedDescription : "there is no such file")), false)
        }
        let digest = sha256(bytes)
        if !keepsPredictions, let facts = cache.facts(of: digest, region: photo.region) {
            return (.success(facts), true)
        }
        do {
            var facts = try reader.facts(of: bytes, digest: digest, region: photo.region)
            if !keepsPredictions { facts.prediction = nil }  // a thousand numbers a photo
            cache.keep(facts, region: photo.region)
            return (.success(facts), false)
        } catch {
            let words = (error as? ImagingError).map { "it \($0.message)" } ?? "\(error)"
            return (.failure(Fault(words: words)), false)
        }
    }

    struct Fault: Error {
        var words: String
    }

    /// What the threads share: the next photo, and what came of those before.
    private final class Desk: Sendable {
        private struct State {
            var next = 0
            var done = 0
            var known = 0
            var results: [Swift.Result<PhotoFacts, Fault>?]
        }

        private let total: Int
        private let state: Mutex<State>

        init(total: Int) {
            self.total = total
            state = Mutex(State(results: Array(repeating: nil, count: total)))
        }

        func next() -> Int? {
            state.withLock { state in
                guard state.next < total else { return nil }
                state.next += 1
                return state.next - 1
            }
        }

        func done(_ place: Int, _ result: Swift.Result<PhotoFacts, Fault>, isKnown: Bool) -> Progress {
            state.withLock { state in
                state.results[place] = result
                state.done += 1
                if isKnown { state.known += 1 }
                return Progress(done: state.done, total: total, known: state.known, elapsed: .zero)
            }
        }

        func result(_ photos: [LabelledPhoto]) -> Result {
            state.withLock { state in
                var result = Result(facts: [], unreadable: [], known: state.known)
                for (photo, found) in zip(photos, state.results) {
                    if case .failure(let fault) = found {
                        result.unreadable.append(Unreadable(path: photo.path, reason: fault.words))
                    }
                    result.facts.append(try? found?.get())
                }
                return result
            }
        }
    }
}
