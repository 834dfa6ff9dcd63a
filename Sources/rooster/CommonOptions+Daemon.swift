import Appliance
import ArgumentParser

extension CommonOptions {
    /// Asks the running daemon for something and prints `done`, or its answer with `--json`.
    func ask(
        _ method: DaemonClient.Method, _ path: String, body: [String: JSONValue] = [:], done: String
    ) async throws {
        let client = try DaemonClient(installation())
        do {
            let answer = try await client.ask(method, path, body: body)
            show(json ? answer : done)
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }

    /// Runs `body` with the installation and its state; what it throws is printed and ends the command with status 1.
    func reporting(_ body: (Installation) throws -> Void) throws {
        try reporting(on: installationWithState(), body)
    }

    func reporting(on installation: Installation, _ body: (Installation) throws -> Void) throws {
        do {
            try body(installation)
        } catch let code as ExitCode {
            throw code
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
    }
}
