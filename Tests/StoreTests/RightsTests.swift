import Foundation
import GRDB
import TestSupport
import Testing
import Vocabulary

@testable import Store

/// What a camera saw is nobody else's business: directories 0700, files 0600, whatever the umask and whoever made them.
@Suite struct RightsTests {
    private func rights(_ path: String) throws -> mode_t {
        var status = stat()
        try #require(stat(path, &status) == 0, "\(path)")
        return status.st_mode & 0o777
    }

    @Test(arguments: [mode_t(0o755), 0o777]) func anEmptyDirectoryIsClosed(before: mode_t) async throws {
        let home = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: home.path("state"), withIntermediateDirectories: false)
        chmod(home.path("state"), before)
        let store = try home.store()
        #expect(try rights(home.path("state")) == 0o700)
        await store.close()
    }

    @Test func aDirectoryThatHoldsOtherThingsKeepsItsRightsAndOurFilesAreClosed() async throws {
        let home = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: home.path("state"), withIntermediateDirectories: false)
        try home.write([1], to: "state/other")
        chmod(home.path("state"), 0o755)
        let store = try home.store()
        #expect(try rights(home.path("state")) == 0o755)
        #expect(try rights(home.path("state/rooster.sqlite")) == 0o600)
        await store.close()
    }

    @Test func databaseLogPicturesAndThumbnailsAreOurs() async throws {
        let home = try TemporaryDirectory()
        let store = try home.store()
        let path = try home.write([0xFF, 0xD8, 0xFF, 0xD9], to: "one.jpg")
        var status = stat()
        try #require(stat(path, &status) == 0)
        let identity = FrameIdentity(
            source: "nest", file: .inode(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)), size: 4,
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
        let report = Sample.frame(1, path: path, identity: identity)
        #expect(await store.record([report], at: Sample.start) == .written)
        #expect(try await store.keepPicture(of: report.id, from: path))
        try await store.setThumbnail(of: report.id, to: [0xFF, 0xD8])
        let folder = report.id.rawValue.prefix(2)
        for kind in ["pictures", "thumbnails"] {
            #expect(try rights(home.path("state/\(kind)")) == 0o700)
            #expect(try rights(home.path("state/\(kind)/\(folder)")) == 0o700)
            #expect(try rights(home.path("state/\(kind)/\(folder)/\(report.id).jpg")) == 0o600)
        }
        for suffix in ["", "-wal", "-shm"] {
            #expect(try rights(home.path("state/rooster.sqlite\(suffix)")) == 0o600, "\(suffix)")
        }
        await store.close()
    }

    @Test func aDatabaseThatOthersCouldReadIsClosed() async throws {
        let home = try TemporaryDirectory()
        let store = try home.store()
        await store.close()
        chmod(home.path("state/rooster.sqlite"), 0o644)
        let again = try home.store()
        #expect(try rights(home.path("state/rooster.sqlite")) == 0o600)
        await again.close()
    }
}
