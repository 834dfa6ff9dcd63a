import Appliance
import ArgumentParser
import Foundation

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "The settings file. Without it: ./rooster.yaml, then /etc/rooster/rooster.yaml, then none.")
    var settings: String?

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    /// The settings at hand with all that depends on them; ends the command with status 2 where they are wrong.
    func installation() throws -> Installation {
        do {
            return try Installation.find(settings: settings)
        } catch {
            fail("\(error)")
            throw ExitCode(2)
        }
    }

    /// The same for a command that reads or writes the state: goes on as the user whom the state belongs to, where root asks; ends
    /// the command with status 1 where the state is closed to who asks.
    func installationWithState() throws -> Installation {
        let (installation, owner) = try installationAsOwner()
        if let closed = owner?.closed {
            fail(closed)
            throw ExitCode.failure
        }
        return installation
    }

    /// The same for a command that only asks the version that acts, and can do with another one.
    func installationForAnswers(model: String?) throws -> Installation {
        let (installation, owner) = try installationAsOwner()
        if model == nil, let closed = owner?.closed {
            fail("\(closed). Which version acts is not known here: one that was shipped answers")
        }
        return installation
    }

    private func installationAsOwner() throws -> (Installation, StateOwner?) {
        let installation = try installation()
        let owner = StateOwner(of: installation)
        do {
            try owner?.takeOver()
        } catch {
            fail("\(error)")
            throw ExitCode.failure
        }
        return (installation, owner)
    }
}

/// Says what went wrong, to standard error.
func fail(_ message: String) {
    FileHandle.standardError.write(Data("rooster: \(message)\n".utf8))
}

/// Prints a line at once, also into a pipe.
func show(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

/// A value as one line of JSON.
func jsonLine(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
}
