import Foundation
import Glibc
import Models
import Synchronization
import Vocabulary

/// Facts of photos that the network has seen, in one file for each network and preprocessing.
///
///     "rooster embeddings 1\n" padded to 64 bytes | records of one length, each ended by a checksum
///     record: key (32 bytes) | hash (8) | time taken, milliseconds, or the least number (8) | values (4 each) | FNV-1a (8)
///
/// The key is the SHA-256 of the photo's digest and region. Records are only ever added, with one write each: a process
/// that dies leaves at most half a record at the end, which the next one cuts off. One process writes at a time; another
/// one that comes meanwhile reads.
final class EmbeddingCache: Sendable {
    private static let header: [UInt8] = {
        var bytes = Array("rooster embeddings 1\n".utf8)
        bytes += [UInt8](repeating: 0, count: 64 - bytes.count)
        return bytes
    }()

    private struct State {
        var places: [[UInt8]: Int] = [:]
        var content: [UInt8] = []
        var file: Int32 = -1
    }

    private let width: Int
    private let state: Mutex<State>
    private var recordBytes: Int { 32 + 8 + 8 + width * 4 + 8 }

    /// - Parameters:
    ///   - directory: made where it is not there.
    ///   - version: whose network and preprocessing the facts are of.
    ///   - width: values of an embedding.
    init(directory: String, version: ModelVersion, width: Int) {
        self.width = width
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let how = (try? encoder.encode(version.manifest.preprocessing)) ?? Data()
        let name = sha256(Data("\(version.manifest.backbone.sha256) \(width) ".utf8) + how).prefix(24)
        try? FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        state = Mutex(State())
        state.withLock { $0 = open("\(directory)/\(name).bin") }
    }

    deinit { state.withLock { if $0.file >= 0 { close($0.file) } } }

    /// What is known of a photo; nil: nothing yet.
    func facts(of digest: String, region: Box?) -> PhotoFacts? {
        let key = Self.key(digest, region)
        return state.withLock { state in
            guard let place = state.places[key] else { return nil }
            return state.content.withUnsafeBytes { bytes in
                let hash = bytes.loadUnaligned(fromByteOffset: place + 32, as: UInt64.self)
                let taken = bytes.loadUnaligned(fromByteOffset: place + 40, as: Int64.self)
                let embedding = (0..<width).map {
                    bytes.loadUnaligned(fromByteOffset: place + 48 + 4 * $0, as: Float.self)
                }
                return PhotoFacts(
                    digest: digest, embedding: embedding, hash: hash,
                    taken: taken == .min ? nil : Instant(milliseconds: taken))
            }
        }
    }

    /// Keeps the facts of a photo; where the disk is full they are only not kept.
    func keep(_ facts: PhotoFacts, region: Box?) {
        guard facts.embedding.count == width else { return }
        var record = Self.key(facts.digest, region)
        withUnsafeBytes(of: facts.hash) { record += $0 }
        withUnsafeBytes(of: facts.taken?.milliseconds ?? .min) { record += $0 }
        facts.embedding.withUnsafeBytes { record += $0 }
        withUnsafeBytes(of: Self.checksum(record[...])) { record += $0 }
        state.withLock { state in
            guard state.file >= 0 else { return }
            if write(state.file, record, record.count) != record.count {
                close(state.file)  // half a record may stand at the end: nothing may follow it
                state.file = -1
            }
        }
    }

    private func open(_ path: String) -> State {
        var state = State()
        state.file = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        if state.file >= 0, flock(state.file, LOCK_EX | LOCK_NB) != 0 {
            close(state.file)
            state.file = -1
        }
        state.content = [UInt8]((try? Data(contentsOf: URL(filePath: path))) ?? Data())
        if !state.content.starts(with: Self.header) { state.content = [] }
        var end = state.content.isEmpty ? 0 : Self.header.count
        while end > 0, end + recordBytes <= state.content.count {
            let record = state.content[end..<(end + recordBytes)]
            let stored = state.content.withUnsafeBytes {
                $0.loadUnaligned(fromByteOffset: end + recordBytes - 8, as: UInt64.self)
            }
            guard Self.checksum(record.dropLast(8)) == stored else { break }
            state.places[Array(record.prefix(32))] = end
            end += recordBytes
        }
        guard state.file >= 0 else { return state }
        let isNew = end == 0
        guard ftruncate(state.file, off_t(end)) == 0,
            !isNew || write(state.file, Self.header, Self.header.count) == Self.header.count
        else {
            close(state.file)
            state.file = -1
            return state
        }
        return state
    }

    private static func key(_ digest: String, _ region: Box?) -> [UInt8] {
        let box = region.map { "\($0.x) \($0.y) \($0.width) \($0.height)" } ?? "whole"
        let hexadecimal = Array(sha256(Data("\(digest) \(box)".utf8)).utf8)
        func digit(_ byte: UInt8) -> UInt8 { byte < 58 ? byte - 48 : byte - 87 }
        return stride(from: 0, to: hexadecimal.count, by: 2).map {
            digit(hexadecimal[$0]) << 4 | digit(hexadecimal[$0 + 1])
        }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.withUnsafeBufferPointer { buffer in
            var digest: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in buffer { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return digest
        }
    }
}
