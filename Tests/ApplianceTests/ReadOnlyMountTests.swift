import Foundation
import Glibc
import TestSupport
import Testing

@testable import Appliance

/// Whether a directory can only be read, on real mounts.
@Suite struct ReadOnlyMountTests {
    @Test func aDirectoryThatCanBeWrittenIsNone() throws {
        let directory = try TemporaryDirectory()
        #expect(!ReadOnlyMount.holds(directory.url.path))
        #expect(!ReadOnlyMount.holds(directory.path("not/yet/there")))
    }

    @Test(.enabled(if: readOnly() != nil, "nothing is mounted read-only here"))
    func whatIsMountedReadOnlyIsOneAndSoIsWhatWouldBeMadeThere() throws {
        let place = try #require(Self.readOnly())
        #expect(ReadOnlyMount.holds(place))
        #expect(ReadOnlyMount.holds("\(place)/not/yet/there"))
    }

    /// A directory on which something is mounted read-only, by the kernel's list.
    private static func readOnly() -> String? {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ").map(String.init)
            guard fields.count > 3, fields[3].split(separator: ",").first == "ro" else { continue }
            if access(fields[1], X_OK) == 0 { return fields[1] }
        }
        return nil
    }
}
