import Foundation
import TestSupport
import Testing

/// What `scripts/fuzz` found worth keeping, tried with every test run: a change that a fuzzer would need a minute for often
/// fails here at once. A trap ends the process: `scripts/fuzz TARGET` then names the input.
@Suite struct CorpusTests {
    private static let corpus = SharedData.repository.appending(path: "Tests/Fuzz/corpus")

    @Test(arguments: FuzzTarget.all.map(\.name))
    func everyInputOfTheCorpusIsTakenOrRefused(target name: String) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = Self.corpus.appending(path: name)
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty, "Tests/Fuzz/corpus/\(name) is empty")
        for file in files.sorted(by: { $0.path < $1.path }) {
            let bytes = try Data(contentsOf: file)
            #expect(bytes.count <= target.longest, "\(file.lastPathComponent) is longer than the target takes")
            // On a thread of its own: targets may wait for tasks, which the tests' threads have to run.
            await withCheckedContinuation { done in
                Thread.detachNewThread {
                    bytes.withUnsafeBytes { target.run($0) }
                    done.resume()
                }
            }
        }
    }

    @Test func everyFolderOfTheCorpusBelongsToATarget() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus.path)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }

    /// It is committed: small enough that nobody minds.
    @Test func theCorpusStaysSmall() throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: Self.corpus.path)
        let bytes = files.reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: Self.corpus.appending(path: file).path)
            let isFile = attributes?[.type] as? FileAttributeType == .typeRegular
            return sum + (isFile ? attributes?[.size] as? Int ?? 0 : 0)
        }
        #expect(bytes < 1_500_000)
    }
}
