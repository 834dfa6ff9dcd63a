import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Models

struct RolesTests {
    private let first = ModelID(name: "hens", version: "1")
    private let second = ModelID(name: "hens", version: "2")

    @Test func whatIsPromotedActsAndWhatActedIsWhatARollbackTakes() {
        var roles = Roles(production: Registry.stock, shadow: second, baseline: Registry.stock)
        roles.promote(first)
        #expect(roles == Roles(production: first, previous: Registry.stock, shadow: second, baseline: Registry.stock))
        roles.promote(second)
        #expect(roles == Roles(production: second, previous: first, baseline: Registry.stock))
        let went = roles.rollBack()
        #expect(went)
        #expect(roles.production == first && roles.previous == second)
        roles.promote(first)
        #expect(roles.previous == second, "promoting what acts forgets nothing")
        var fresh = Roles(production: first)
        let stayed = !fresh.rollBack()
        #expect(stayed)
    }

    @Test func rolesAreWrittenBesideTheShippedOnesAndReadBack() throws {
        let copy = try Copy()
        let own = try TemporaryDirectory()
        let registry = Registry(directories: [own.path("models"), copy.home.url.path])
        try registry.changeRoles { $0.promote(first) }
        try registry.changeRoles { $0.shadow = second }
        #expect(try registry.roles() == Roles(production: first, previous: Registry.stock, shadow: second))
        #expect(!FileManager.default.fileExists(atPath: copy.home.path("roles.json")))
        #expect(throws: ModelError.refused("no")) {
            try registry.changeRoles { (roles) throws(ModelError) in
                roles.promote(second)
                throw .refused("no")
            }
        }
        #expect(try registry.roles().production == first)
    }

    /// Readers see whole tables, writers do not lose each other's changes.
    @Test func manyWritersAndReadersAtOnce() async throws {
        let home = try TemporaryDirectory()
        let registry = Registry(directories: [home.path("models")])
        try registry.changeRoles { $0.promote(first) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for turn in 0..<10 {
                        try registry.changeRoles { roles in
                            roles.promote(ModelID(name: "hens", version: "\(writer)-\(turn)"))
                        }
                    }
                }
            }
            group.addTask {
                for _ in 0..<200 { _ = try registry.roles() }
            }
            try await group.waitForAll()
        }
        // Each promotion moved the one before it down: with none lost, the last two differ.
        let roles = try registry.roles()
        #expect(roles.previous != nil && roles.previous != roles.production)
        let left = try FileManager.default.contentsOfDirectory(atPath: home.path("models"))
        #expect(left.sorted() == [".lock", "roles.json"])
    }

    @Test func aTableThatIsNoneIsAnErrorWithItsFile() throws {
        let home = try TemporaryDirectory()
        try Data("{\"production\": 7}".utf8).write(to: home.url.appending(path: "roles.json"))
        let registry = Registry(directories: [home.url.path])
        let error = #expect(throws: ModelError.self) { try registry.roles() }
        #expect("\(try #require(error))".contains("roles.json"))
        #expect(throws: ModelError.self) { try registry.changeRoles { $0.promote(first) } }
    }
}
