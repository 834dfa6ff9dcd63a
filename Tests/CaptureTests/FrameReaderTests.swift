import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Capture

@Suite struct FrameReaderTests {
    private let directory: TemporaryDirectory
    init() throws { directory = try TemporaryDirectory() }

    private func claim(_ name: String, settled: Bool = false) throws -> Claim {
        let state = try FileState(of: directory.path(name))
        let now = realClock()
        return Claim(
            identity: FrameIdentity(
                source: "nest", file: .inode(device: state.device, inode: state.inode), size: state.size,
                modified: state.modified), path: directory.path(name), completed: now, time: now.wall, origin: .event,
            settled: settled)
    }

    private func word(_ reading: FrameReading) -> String {
        switch reading {
        case .complete(let bytes): "complete \(bytes.count)"
        case .growing: "growing"
        case .changed: "changed"
        case .gone: "gone"
        case .unreadable: "unreadable"
        }
    }

    @Test func aCompleteFileIsReadWhole() throws {
        let bytes = jpeg(data: 3_000_000)
        try directory.write(bytes, to: "a.jpg")
        var reader = FrameReader()
        guard case .complete(let read) = reader.read(try claim("a.jpg")) else { return #expect(Bool(false)) }
        #expect(Array(read) == bytes)
    }

    @Test func oneReaderReadsManyFilesOfAnySize() throws {
        var reader = FrameReader()
        for count in [10, 20_000_000, 100, 1_048_576, 1_048_577, 9_000_000, 0] {
            let bytes = jpeg(data: 10) + [UInt8](repeating: 0, count: count)
            try directory.write(bytes, to: "a.jpg")
            #expect(word(reader.read(try claim("a.jpg"))) == "complete \(bytes.count)")
        }
    }

    @Test func aFileWithoutItsEndGrowsUntilItHadItsTime() throws {
        try directory.write(Array(jpeg().dropLast(5)), to: "a.jpg")
        try directory.write([], to: "empty.jpg")
        var reader = FrameReader()
        #expect(word(reader.read(try claim("a.jpg"))) == "growing")
        #expect(word(reader.read(try claim("empty.jpg"))) == "growing")
        #expect(word(reader.read(try claim("a.jpg", settled: true))) == "complete \(jpeg().count - 5)")
        #expect(word(reader.read(try claim("empty.jpg", settled: true))) == "complete 0")
    }

    @Test func aFileThatIsNotTheClaimedOneHasChanged() throws {
        var reader = FrameReader()
        try directory.write(jpeg(1), to: "a.jpg")
        let first = try claim("a.jpg")
        try directory.write(jpeg(2, data: 900), to: "a.jpg")
        #expect(word(reader.read(first)) == "changed")
        let second = try claim("a.jpg")
        try directory.age("a.jpg", by: 5)
        #expect(word(reader.read(second)) == "changed")
        let third = try claim("a.jpg")
        try directory.move("a.jpg", to: "b.jpg")
        try FileManager.default.copyItem(atPath: directory.path("b.jpg"), toPath: directory.path("a.jpg"))
        #expect(word(reader.read(third)) == "changed")
    }

    @Test func aFileThatIsNotThereOrNoFileAnyMoreIsGone() throws {
        var reader = FrameReader()
        try directory.write(jpeg(), to: "a.jpg")
        let taken = try claim("a.jpg")
        try directory.move("a.jpg", to: "b.jpg")
        #expect(word(reader.read(taken)) == "gone")
        try FileManager.default.createSymbolicLink(atPath: directory.path("a.jpg"), withDestinationPath: "b.jpg")
        #expect(word(reader.read(taken)) == "gone")
        try directory.remove("a.jpg")
        mkfifo(directory.path("a.jpg"), 0o644)
        #expect(word(reader.read(taken)) == "gone", "and a pipe without a writer does not block")
        try directory.remove("a.jpg")
        try directory.makeDirectory("a.jpg")
        #expect(word(reader.read(taken)) == "gone")
    }

    @Test func aHugeFileIsRefusedWithItsSizeWithoutBeingRead() throws {
        try directory.write(jpeg(), to: "a.jpg")
        truncate(directory.path("a.jpg"), 5_000_000_000_000)
        var reader = FrameReader()
        guard case .unreadable(let reason) = reader.read(try claim("a.jpg")) else { return #expect(Bool(false)) }
        #expect(reason.contains("a.jpg has 5000000 MB") && reason.contains("67 MB"))
    }

    @Test(.enabled(if: geteuid() != 0, "rights do not bind root: run as a user to see it"))
    func aFileWithoutRightsSaysWhatToDo() throws {
        try directory.write(jpeg(), to: "a.jpg")
        chmod(directory.path("a.jpg"), 0)
        var reader = FrameReader()
        guard case .unreadable(let reason) = reader.read(try claim("a.jpg")) else { return #expect(Bool(false)) }
        #expect(reason.contains("Permission denied") && reason.contains("chmod"))
    }
}
