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
        chmod(home.path(""), 0o755)
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
        let photos = SharedData.repository.appending(path: "training/photos").path
        // Where the user of the state may not write: said before the work.
        let refused = try Program.run(
            "train", photos, "--settings", settings, "--report", home.path("report.html"))
        #expect(refused.status == 1 && refused.errors.contains("cannot be written: Permission denied"), "\(refused)")
        try Program.succeed("train", photos, "--settings", settings)
        try Program.succeed("models", "promote", "hens/1", "--force", "--settings", settings)
        #expect(try owners(below: home.path("state")) == [nobody.pw_uid])
        let list = try Program.run("models", "list", "--settings", settings).output
        #expect(list.contains("hens/1  [production]"), "\(list)")
    }

    @Test func theDaemonIsNotStartedByRootOnAStateOfSomebodyElse() throws {
        guard isRoot else { return }
        let nobody = try #require(getpwnam("nobody")).pointee
        try #require(chown(home.path("state"), nobody.pw_uid, nobody.pw_gid) == 0)
        let refused = try Program.run("run", "--settings", settings)
        #expect(refused.status == 1 && refused.errors.contains("sudo -u nobody rooster run"), "\(refused)")
    }

    @Test func aStateOfRootsStaysRoots() throws {
        guard isRoot else { return }
        try Program.succeed("models", "promote", "efficientnet-lite0/1", "--force", "--settings", settings)
        #expect(try owners(below: home.path("state")) == [0])
    }
}
