import CLinux
import Foundation
import Glibc
import Models
import Rules
public import Settings
import Vocabulary

/// The settings at hand and all that lies beside them: where state and models are.
public struct Installation: Sendable {
    /// The settings.
    public let configuration: Configuration
    /// The file they come from; nil: there is none, the presets hold.
    public let settingsPath: String?
    let registry: Registry

    /// Reads the settings: `path`, else `./rooster.yaml`, else `/etc/rooster/rooster.yaml`, else none.
    public static func find(settings path: String?) throws -> Installation {
        let found = path ?? ["rooster.yaml", "/etc/rooster/rooster.yaml"].first(where: exists)
        let configuration = try found.map { try Configuration.load(path: $0) } ?? Configuration.preset
        return Installation(configuration: configuration, settingsPath: found)
    }

    init(configuration: Configuration, settingsPath: String?) {
        self.configuration = configuration
        self.settingsPath = settingsPath
        registry = Registry(directories: ["\(configuration.storage.directory)/models"] + Installation.shippedModels)
    }

    /// What the settings are called in messages.
    public var settingsName: String { settingsPath ?? "without settings" }

    /// Cores for the network.
    var threads: Int { configuration.model.threads }

    /// A version by `NAME/VERSION`; nil: the one the settings name, else the registry's production.
    func modelVersion(_ name: String?) throws -> ModelVersion {
        guard let name else {
            return try registry.version(try configuration.model.version ?? registry.roles().production)
        }
        guard let id = ModelID(name) else { throw Unnamed(name: name) }
        return try registry.version(id)
    }

    /// What is wrong with the settings beyond their form: labels that no installed version has, and the like. Of labels nothing is
    /// said where a version cannot be read, which may have them.
    /// - Parameter starting: nor where the state directory is away, with what was taught: photos are to be answered all the same.
    public func faults(starting: Bool = false) -> [String] {
        var faults: [String] = []
        if let labels = try? registry.labels(), !(starting && stateIsAway) {
            faults = configuration.faults(labels: labels).map { "\($0)" }
        }
        if let version = try? modelVersion(nil), let fault = fault(ofActing: version, under: configuration) {
            faults.append(fault)
        }
        return faults
    }

    /// Whether the state directory is not there and cannot be made: its disk is missing.
    public var stateIsAway: Bool {
        let directory = configuration.storage.directory
        return !exists(directory) && access(nearestDirectory(directory), W_OK | X_OK) != 0
    }

    /// Why a version must not act under these settings; nil: it may.
    func fault(ofActing version: ModelVersion, under configuration: Configuration) -> String? {
        guard configuration.storage.people == .drop, version.labels.indices(of: "group:people").isEmpty else {
            return nil
        }
        return "storage.people: drop needs a model with group:people, and \(version.id) has none; use keep"
    }

    /// What is worth knowing and no fault: idle rules, people that are hardly known.
    public func hints() -> [String] {
        let version: ModelVersion
        do {
            version = try modelVersion(nil)
        } catch {
            return ["\(error); another version will answer, if one is whole (rooster models verify)"] + openSecrets()
        }
        var hints = configuration.ruleBook.idleRules(with: version.labels).map {
            "rule '\($0)' is idle: \(version.id) has none of its labels"
        }
        hints += configuration.ruleBook.blindVetoes(with: version.labels).map {
            "warning: the veto of rule '\($0.rule)' is blind: \($0.sentence(version.id))"
        }
        if configuration.storage.people == .drop, version.id.name == Registry.stock.name {
            hints.append("people: drop: the stock network hardly knows people; do not rely on it")
        }
        do {
            _ = try registry.labels()
        } catch {
            hints.append("whether an installed model has each label is not known: \(error)")
        }
        return hints + openSecrets()
    }

    /// Files with secrets that every user of this machine can read.
    private func openSecrets() -> [String] {
        var files: [(key: String, path: String)] = []
        if let path = configuration.http.tokenFile { files.append(("http.token_file", path)) }
        for action in configuration.actions {
            guard case .request(let request) = action.work, let path = request.headersFile else { continue }
            files.append(("actions[\(action.name)].headers_file", path))
        }
        for channel in configuration.channels {
            switch channel.kind {
            case .ntfy(let ntfy):
                if let path = ntfy.tokenFile { files.append(("channels[\(channel.name)].token_file", path)) }
            }
        }
        return files.compactMap { key, path in
            var status = rk_file()
            guard rk_stat(path, &status) == 0, status.mode & 0o007 != 0 else { return nil }
            return "\(key) \(path) can be read by every user of this machine: chmod 600 it, owned by Rooster's user"
        }
    }

    /// Each key in force and where it comes from.
    public func explanation() -> [Explanation] { configuration.explain() }

    /// The shipped models: beside the program as it is built, else where the package puts them.
    private static var shippedModels: [String] {
        var directories: [String] = []
        if let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            var parent = URL(filePath: program)
            for _ in 0..<6 {
                parent.deleteLastPathComponent()
                directories.append(parent.appending(path: "models").path)
            }
        }
        directories.append("/usr/share/rooster/models")
        return directories.first { exists("\($0)/backbones") }.map { [$0] } ?? []
    }

    private struct Unnamed: Error, CustomStringConvertible {
        var name: String
        var description: String { "'\(name)' is not NAME/VERSION, such as efficientnet-lite0/1 (rooster models list)" }
    }
}

private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
