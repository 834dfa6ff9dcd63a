import Foundation
import Models
import TestSupport
import Testing
import Vocabulary

@testable import Training

struct PhotoListTests {
    @Test func foldersAreLabelsAndEverythingElseIsLeft() throws {
        let home = try TemporaryDirectory()
        for name in [
            "jay/1.jpg", "jay/second day/2.JPEG", "hen/.hidden.jpg", "hen/notes.txt", "hen/3.jpg", "loose.jpg",
        ] {
            let url = home.url.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: url)
        }
        let photos = try PhotoList(home.url.path).photos
        #expect(photos.map(\.path) == ["hen/3.jpg", "jay/1.jpg", "jay/second day/2.JPEG"])
        #expect(photos.map(\.label) == ["hen", "jay", "jay"])
        #expect(throws: PhotoList.Fault.self) { try PhotoList(home.path("nowhere")) }
    }

    @Test func manifestsAreReadWithRegionsAndBadLinesAreNamed() throws {
        let home = try TemporaryDirectory()
        func list(_ text: String) throws -> [LabelledPhoto] {
            try Data(text.utf8).write(to: URL(filePath: home.path("list")))
            return try PhotoList(home.path("list")).photos
        }
        let csv = try list("label,path,region\nhen,\"a, b.jpg\",0.1 0.2 0.3 0.4\njay,c.jpg,\n")
        #expect(csv.map(\.path) == ["a, b.jpg", "c.jpg"])
        #expect(csv[0].region == Box(x: 0.1, y: 0.2, width: 0.3, height: 0.4))
        #expect(csv[0].file == home.path("a, b.jpg"))
        let lines = try list("{\"path\": \"/x/a.jpg\", \"label\": \"hen\", \"region\": [0, 0, 1, 0.5]}\n")
        #expect(
            lines == [
                LabelledPhoto(
                    file: "/x/a.jpg", path: "/x/a.jpg", label: "hen", region: Box(x: 0, y: 0, width: 1, height: 0.5))
            ])
        for wrong in [
            "a,b\n1,2\n", "", "path,label\na.jpg\n", "path,label,region\na.jpg,hen,0 0 2 1\n", "{\"path\": 1}\n",
        ] {
            #expect(throws: PhotoList.Fault.self) { try list(wrong) }
        }
    }
}

struct GroupingTests {
    @Test func namesTellTheTime() throws {
        let day = "2026-05-12T07:42:00Z"
        for name in [
            "jay/nest-2026-05-12_07-42-00.jpg", "jay/20260512_074200_17.jpg", "jay/nest-20260512T074200.jpg",
            "jay/nest-2026-05-12_07.42.00.jpg",
        ] {
            #expect(NameTime.read(name).time == Instant(day), "\(name)")
        }
        #expect(NameTime.read("jay/nest-2026-05-12_07-42-00.jpg").source == " nest-")
        for name in ["jay/val_00006666.jpg", "jay/hen_044.jpg", "jay/20269912074200.jpg", "jay/123456789012345.jpg"] {
            #expect(NameTime.read(name).time == nil, "\(name)")
        }
    }

    private func photo(_ path: String, hash: UInt64, label: Int = 0, modified: Int64? = nil) -> Grouping.Photo {
        Grouping.Photo(
            path: path, label: label, hash: hash, taken: nil, modified: modified.map { Instant(milliseconds: $0) })
    }

    /// Three directions at right angles, so that nothing looks alike unless it is said to.
    private func embeddings(_ directions: [Int]) -> Matrix {
        var matrix = Matrix(rows: directions.count, columns: 16)
        for (row, direction) in directions.enumerated() { matrix[row, direction] = 1 }
        return matrix
    }

    @Test func photosOfAnHourAreOneGroupAndThoseOfTheNextAnother() {
        let photos = [
            photo("jay/nest-2026-05-12_07-42-00.jpg", hash: 0), photo("hen/nest-2026-05-12_07-59-59.jpg", hash: .max),
            photo("jay/nest-2026-05-12_08-00-00.jpg", hash: 0xFFFF),
        ]
        let grouping = Grouping(photos, embeddings: embeddings([0, 1, 2]))
        #expect(grouping.groups == [0, 0, 1])
        #expect(grouping.optimistic == nil)
    }

    @Test func regionsOfOneFileAreOneGroup() {
        let photos = [photo("left/1.jpg", hash: 0), photo("left/2.jpg", hash: 0xFFFF), photo("left/1.jpg", hash: .max)]
        #expect(Grouping(photos, embeddings: embeddings([0, 1, 2])).groups == [0, 1, 0])
    }

    @Test func lookalikesAreOneGroupAndAreNamedWhereTheirLabelsDiffer() {
        let photos = [
            photo("jay/1.jpg", hash: 1), photo("jay/2.jpg", hash: .max), photo("hen/3.jpg", hash: 3, label: 1),
        ]
        let grouping = Grouping(photos, embeddings: embeddings([0, 1, 0]))
        #expect(grouping.groups == [0, 1, 0])
        #expect(grouping.disagreements.map { [$0.0, $0.1] } == [[0, 2]])
        #expect(grouping.optimistic != nil)
    }

    @Test func timesOfFilesCountUnlessTheyTellWhenThePhotosWereCopied() {
        let hour: Int64 = 3_600_000
        let spread = (0..<6).map { photo("jay/\($0).jpg", hash: UInt64($0) << 40, modified: Int64($0 / 2) * hour) }
        let directions = [0, 1, 2, 3, 4, 5]
        #expect(Grouping(spread, embeddings: embeddings(directions)).groups == [0, 0, 1, 1, 2, 2])
        let copied = (0..<6).map { photo("jay/\($0).jpg", hash: UInt64($0) << 40, modified: 7 * hour + Int64($0)) }
        let grouping = Grouping(copied, embeddings: embeddings(directions))
        #expect(grouping.groups == directions)
        #expect(grouping.optimistic != nil)
    }
}

struct EmbeddingTests {
    private static let golden = SharedData.repository.appending(path: "models/efficientnet-lite0/1/golden")

    @Test func aPhotoIsSeenOnceAndKnownFromThenOnAlsoAfterATornWrite() throws {
        let home = try TemporaryDirectory()
        let version = try stock()
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.golden.path).filter {
            $0.hasSuffix(".jpg")
        }
        var photos = names.sorted().map {
            LabelledPhoto(file: Self.golden.appending(path: $0).path, path: $0, label: "a", region: nil)
        }
        photos[0].region = Box(x: 0, y: 0, width: 0.5, height: 1)
        photos.append(LabelledPhoto(file: home.path("gone.jpg"), path: "gone.jpg", label: "a", region: nil))
        try Data("no photo".utf8).write(to: URL(filePath: home.path("bad.jpg")))
        photos.append(LabelledPhoto(file: home.path("bad.jpg"), path: "bad.jpg", label: "a", region: nil))
        func look() throws -> Embedder.Result {
            try Embedder(version, cache: home.path("cache"), clock: { .zero }).run(photos, threads: 2) { _ in }
        }
        let first = try look()
        #expect(first.known == 0)
        #expect(first.unreadable.map(\.path) == ["gone.jpg", "bad.jpg"])
        #expect(first.facts.compactMap { $0 }.count == names.count)

        let again = try look()
        #expect(again.known == names.count)
        #expect(again.facts.map { $0?.embedding } == first.facts.map { $0?.embedding })
        #expect(again.facts.map { $0?.hash } == first.facts.map { $0?.hash })

        let file = try #require(try FileManager.default.contentsOfDirectory(atPath: home.path("cache")).first)
        let handle = try FileHandle(forUpdating: URL(filePath: home.path("cache/\(file)")))
        try handle.truncate(atOffset: handle.seekToEnd() - 100)
        try handle.close()
        #expect(try look().known == names.count - 1)
        #expect(try look().known == names.count)
    }

    private func stock() throws -> ModelVersion {
        try Registry(directories: [SharedData.repository.appending(path: "models").path]).version(Registry.stock)
    }
}
