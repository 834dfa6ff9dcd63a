import Foundation
import Glibc
import TestSupport
import Testing

/// Commands of root on a state that is another user's: the service's, on a board.
@Suite struct StateOwnerTests {
    private let home: TemporaryDirectory
    private let settings: String

    init() throws {
        home = try TemporaryDirectory()
        settings = home.path("rooster.yaml")
        try FileManager.default.createDirectory(atPath: home.path("state"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: home.path("capture"), withIntermediateDirectories: true)
        try """
        storage: {directory: \(home.path("state")), keep_free: 1MB}
        http: {listen: "127.0.0.1:\(Program.anyPort())"}
        sources: [{name: yard, directory: \(home.path("capture"))}]
        """.write(toFile: settings, atomically: true, encoding: .utf8)
    }

    private var isRoot: Bool {
        if geteuid() == 0 { return true }
        print("skipped: only root can act as another user")
        return false
    }

    private func owners(below path: String) throws -> Set<uid_t> {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        return Set(
            try names.map { name in
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
                return try #require(attributes[.ownerAccountID] as? NSNumber).uint32Value
            })
    }

    @Test func whatRootMakesInTheStateBelongsToItsUser() throws {
        guard isRoot else { return }
        let nobody = try #require(getpwnam("nobody")).pointee
        try #require(chown(home.path("state"), nobody.pw_uid, nobody.pw_gid) == 0)
        chmod(home.path("state"), 0o700)
        // Into a directory of root's: the rights on files stay root's.
        let folder = home.path("closed")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try Program.succeed(
            "train", SharedData.repository.appending(path: "training/photos").path, "--settings", settings, "--report",
            "\(folder)/report.html")
        try Program.succeed("models", "promote", "hens/1", "--force", "--settings", settings)
        #expect(try owners(below: home.path("state")) == [nobody.pw_uid])
        #expect(FileManager.default.fileExists(atPath: "\(folder)/report.html"))
        let list = try Program.run("models", "list", "--settings", settings).output
        #expect(list.contains("hens/1  [production]"), "\(list)")
    }

    @Test func aStateOfRootsStaysRoots() throws {
        guard isRoot else { return }
        try Program.succeed("models", "promote", "efficientnet-lite0/1", "--force", "--settings", settings)
        #expect(try owners(below: home.path("state")) == [0])
    }
}
