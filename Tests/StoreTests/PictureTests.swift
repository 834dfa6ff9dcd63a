import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Store

@Suite struct PictureTests {
    let directory: TemporaryDirectory
    let store: Store

    init() throws {
        directory = try TemporaryDirectory()
        store = try directory.store()
    }

    /// A file of a camera, recorded.
    private func recorded(_ number: Int, bytes: Int = 300_000) async throws -> FrameReport {
        let report = try directory.capture(number, bytes: bytes)
        await store.record([report], at: Sample.start)
        return report
    }

    @Test func aPictureIsKeptAndOutlivesItsOriginal() async throws {
        let report = try await recorded(1)
        #expect(try await store.picturePath(of: report.id) == report.path, "until then it is the original")
        #expect(try await store.keepPicture(of: report.id, from: report.path))
        let kept = try #require(try await store.picturePath(of: report.id))
        #expect(kept == "\(store.directory)/pictures/\(report.id.rawValue.prefix(2))/\(report.id).jpg")
        let original = try Data(contentsOf: URL(filePath: report.path))
        try FileManager.default.removeItem(atPath: report.path)
        #expect(try Data(contentsOf: URL(filePath: kept)) == original)
        #expect(try await store.diskFigures().pictures == 74 * 4_096, "whole blocks")
        #expect(try await store.frame(report.id)?.hasPicture == true)
        // Once more changes nothing.
        #expect(try await store.keepPicture(of: report.id, from: report.path) == false)
        #expect(try await store.picturePath(of: report.id) == kept)
    }

    @Test func recordsWhosePictureWasNotKeptAreFoundAgain() async throws {
        var reports: [FrameReport] = []
        for number in 1...4 { reports.append(try await recorded(number, bytes: 3_000)) }
        try await store.keepPicture(of: reports[1].id, from: reports[1].path)
        await store.frameGone([reports[2].id], at: Sample.start)
        #expect(try await store.lackingPictures(newest: 4).map(\.path) == [reports[0].path, reports[3].path])
        #expect(try await store.lackingPictures(newest: 1).map(\.id) == [reports[3].id])
    }

    @Test func aFileThatIsAnotherOneByNowIsNotKept() async throws {
        let report = try await recorded(1)
        try directory.write([1, 2, 3], to: "capture/1.jpg")
        #expect(try await store.keepPicture(of: report.id, from: report.path) == false)
        #expect(try await store.picturePath(of: report.id) == nil)
        #expect(try await store.diskFigures().pictures == 0)
    }

    @Test func aSymbolicLinkOrADirectoryIsNotKept() async throws {
        let report = try await recorded(1)
        let link = directory.path("link.jpg")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: report.path)
        #expect(try await store.keepPicture(of: report.id, from: link) == false)
        #expect(try await store.keepPicture(of: report.id, from: directory.path("capture")) == false)
        #expect(try await store.keepPicture(of: report.id, from: directory.path("gone.jpg")) == false)
    }

    @Test func aLinkedPictureTakesNoSpaceAndStaysWhenTheOriginalGoes() async throws {
        let report = try await recorded(1)
        #expect(try await store.keepPicture(of: report.id, from: report.path, by: .link))
        let kept = try #require(try await store.picturePath(of: report.id))
        #expect(try FileState(path: kept).inode == FileState(path: report.path).inode)
        try await store.makeDurable()
        try FileManager.default.removeItem(atPath: report.path)
        #expect(try FileState(path: kept).size == 300_000)
    }

    @Test func anEmptyFileAndALargeOneAreCopiedWhole() async throws {
        for (number, size) in [(1, 0), (2, 128 * 1_024), (3, 1_000_003)] {
            let report = try await recorded(number, bytes: size)
            #expect(try await store.keepPicture(of: report.id, from: report.path))
            let kept = try #require(try await store.picturePath(of: report.id))
            #expect(
                try Data(contentsOf: URL(filePath: kept)) == Data(contentsOf: URL(filePath: report.path)))
        }
    }

    @Test func aWithheldPictureIsNeitherKeptNorShownAgain() async throws {
        let first = try await recorded(1)
        try await store.keepPicture(of: first.id, from: first.path)
        try await store.setThumbnail(of: first.id, to: [1, 2, 3])
        #expect(try await store.keepPicture(of: first.id, from: first.path, withheld: true) == false)
        let second = try directory.capture(2, bytes: 1_000)
        await store.record([second], withheld: [second.id], at: Sample.start)
        for report in [first, second] {
            #expect(try await store.picturePath(of: report.id) == nil)
            #expect(try await store.keepPicture(of: report.id, from: report.path) == false)
            try await store.setThumbnail(of: report.id, to: [1])
            #expect(await store.thumbnailPath(of: report.id) == nil)
            #expect(try await store.frame(report.id)?.hasPicture == false)
            #expect(try await store.frame(report.id)?.hasThumbnail == false)
        }
        #expect(try await store.diskFigures().pictures == 0)
    }

    @Test func aThumbnailIsStoredAsItIs() async throws {
        let report = try await recorded(1)
        #expect(await store.thumbnailPath(of: report.id) == nil)
        let change = try await store.lastChange()
        try await store.setThumbnail(of: report.id, to: [0xFF, 0xD8, 0xFF, 0xD9])
        let path = try #require(await store.thumbnailPath(of: report.id))
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([0xFF, 0xD8, 0xFF, 0xD9]))
        #expect(try await store.frame(report.id)?.hasThumbnail == true)
        #expect(try await store.diskFigures().thumbnails == 4_096)
        #expect(try await store.changes(since: change).items.map(\.subject) == [report.id.rawValue])
    }

    @Test func picturesOfFramesThatAreNotRecordedAreRefused() async throws {
        let report = try directory.capture(1, bytes: 10)
        await #expect(throws: StoreError.self) { try await store.keepPicture(of: report.id, from: report.path) }
        await #expect(throws: StoreError.self) { try await store.setThumbnail(of: report.id, to: [1]) }
    }

    @Test(arguments: [
        "../../../../etc/passwd", "..", "", "aa/../../../etc/pass", "aaaaaaaaaaaaaaaaaaa/", "AAAAAAAAAAAAAAAAAAAA",
        "aaaaaaaaaaaaaaaaaaa\u{0}", "aaaaaaaaaaaaaaaaaaaaa", "ääääääääää", "../../../etc/passwd0",
    ])
    func noTextButAnIDLeadsToAFile(text: String) async throws {
        let id = FrameID(rawValue: text)
        #expect(PictureFiles(directory: "/x").path(.pictures, id) == nil)
        #expect(try await store.picturePath(of: id) == nil)
        #expect(await store.thumbnailPath(of: id) == nil)
        await #expect(throws: StoreError.self) { try await store.setThumbnail(of: id, to: [1]) }
        #expect(try await store.frame(id) == nil)
    }

    @Test func thePictureOfAReplacedQuarantinedFrameGoesWithIt() async throws {
        var broken = try directory.capture(1, bytes: 100)
        broken.state = .quarantined(reason: "truncated")
        broken.answers = []
        await store.record([broken], at: Sample.start)
        try await store.keepPicture(of: broken.id, from: broken.path)
        let kept = try #require(try await store.picturePath(of: broken.id))
        let whole = try directory.capture(1, bytes: 200)
        await store.record([whole], at: Sample.start)
        await store.close()
        #expect(!FileManager.default.fileExists(atPath: kept))
    }

    @Test func filesWhoseRecordACrashLostAreTakenOverOrRemoved() async throws {
        let report = try await recorded(1)
        let stranger = Sample.identity(99).id
        let files = try #require(store.pictures)
        for id in [report.id, stranger] { try files.write([1, 2, 3], as: .thumbnails, of: id) }
        for id in [report.id, stranger] {
            let shard = try #require(
                (0..<PictureFiles.shards).first { files.ids(.thumbnails, shard: $0).contains(id) })
            await store.compare(files, .thumbnails, shard: shard)
        }
        #expect(try await store.frame(report.id)?.hasThumbnail == true)
        await store.close()
        #expect(files.size(.thumbnails, stranger) == nil)
        #expect(files.size(.thumbnails, report.id) == 3)
    }
}

extension TemporaryDirectory {
    /// A file as a camera writes it, and its report.
    func capture(_ number: Int, bytes: Int, detecting: Bool = false, time: Instant? = nil) throws -> FrameReport {
        try FileManager.default.createDirectory(atPath: path("capture"), withIntermediateDirectories: true)
        var random = SplitMix64(seed: UInt64(number))
        let pattern = (0..<997).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let content = Array(repeatElement(pattern, count: bytes / 997 + 1).joined().prefix(bytes))
        let path = try write(content, to: "capture/\(number).jpg")
        let state = try FileState(path: path)
        let identity = FrameIdentity(
            source: "nest", file: .inode(device: 1, inode: state.inode ?? 0), size: state.size, modified: state.modified
        )
        var report = Sample.frame(number, path: path, time: time, identity: identity)
        if detecting {
            var detection = Sample.jay(number).detections[0]
            detection.frame = report.id
            detection.id = DetectionID(frame: report.id, rule: detection.rule, region: detection.region)
            detection.visit = detection.id
            detection.time = report.time
            report.detections = [detection]
        }
        return report
    }
}
