import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Capture

/// Whatever is done to the directory, in the end each complete file that is there was answered once, in its last state.
@Suite struct WatcherPropertyTests {
    @Test(arguments: UInt64(0)..<20)
    func eachFileThatIsThereInTheEndWasAnsweredOnce(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let yard = try Yard(watch: seed % 4 == 3 ? .poll : .auto, settle: .milliseconds(150))
        var size = 0
        var files: [String] = []
        var folders = [""]
        func pick(_ from: [String]) -> String { from[Int.random(in: 0..<from.count, using: &random)] }
        func fresh(_ number: Int, in folder: String) -> String {
            folder.isEmpty ? "\(number).jpg" : "\(folder)/\(number).jpg"
        }
        for number in 0..<150 {
            size += Int.random(in: 1...50, using: &random)
            let bytes = jpeg(seed, data: size)
            switch Int.random(in: 0..<12, using: &random) {
            case 0...2:
                files.append(fresh(number, in: pick(folders)))
                try yard.directory.write(bytes, to: files[files.count - 1])
            case 3:
                let name = fresh(number, in: pick(folders))
                try yard.directory.write(bytes, to: name + ".part")
                try yard.directory.move(name + ".part", to: name)
                files.append(name)
            case 4 where !files.isEmpty:
                try yard.directory.write(bytes, to: pick(files))
            case 5 where !files.isEmpty:
                let index = Int.random(in: 0..<files.count, using: &random)
                let new = fresh(number, in: pick(folders))
                try yard.directory.move(files[index], to: new)
                files[index] = new
            case 6 where !files.isEmpty:
                let name = files.remove(at: Int.random(in: 0..<files.count, using: &random))
                try yard.directory.remove(name)
            case 7:
                let folder = pick(folders)
                folders.append(folder.isEmpty ? "d\(number)" : "\(folder)/d\(number)")
                try yard.directory.makeDirectory(folders[folders.count - 1])
                files.append(fresh(number, in: folders[folders.count - 1]))
                try yard.directory.write(bytes, to: files[files.count - 1])
            case 8 where folders.count > 1:
                let old = folders[Int.random(in: 1..<folders.count, using: &random)]
                let new = "m\(number)"
                try yard.directory.move(old, to: new)
                func moved(_ path: String) -> String {
                    path == old ? new : path.hasPrefix(old + "/") ? new + path.dropFirst(old.count) : path
                }
                folders = folders.map(moved)
                files = files.map(moved)
            case 9:
                let name = fresh(number, in: pick(folders))
                let file = try #require(fopen(yard.directory.path(name), "w"))
                for start in stride(from: 0, to: bytes.count, by: 100) {
                    fwrite(Array(bytes[start..<min(start + 100, bytes.count)]), 1, min(100, bytes.count - start), file)
                    fflush(file)
                    if Int.random(in: 0..<4, using: &random) == 0 { usleep(3_000) }
                }
                fclose(file)
                files.append(name)
            case 10:
                files.append(fresh(number, in: pick(folders)))
                try yard.directory.write(Array(bytes.prefix(200 + number)), to: files[files.count - 1])
            default:
                if Bool.random(using: &random) { yard.watcher.loseEvents() }
                usleep(UInt32.random(in: 0..<10_000, using: &random))
            }
        }
        #expect(yard.isQuiet(), "seed \(seed)")
        let there = try Set(files.map { try identity(yard.directory.path($0)) })
        #expect(there.count == files.count)
        let answered = yard.recorded.map { $0.identity.inodeSizeAndTime }
        for identity in there {
            #expect(answered.filter { $0 == identity }.count == 1, "seed \(seed): \(identity)")
        }
        #expect(Set(answered).count == answered.count, "seed \(seed): answered twice")
    }

    private func identity(_ path: String) throws -> [Int64] {
        let state = try FileState(of: path)
        return [Int64(bitPattern: state.inode), state.size, state.modified]
    }
}

extension FrameIdentity {
    fileprivate var inodeSizeAndTime: [Int64] {
        guard case .inode(_, let inode) = file else { return [] }
        return [Int64(bitPattern: inode), size, modified]
    }
}
