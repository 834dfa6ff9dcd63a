import Foundation
import Models
import Settings
import Vocabulary

extension ModelShelf {
    /// A version that was copied.
    public struct Copy: Encodable, CustomStringConvertible {
        var model: ModelID
        var digest: String
        /// Where it lies now.
        var path: String
        /// False where the very same version was there already.
        var copied: Bool

        /// One line for people.
        public var description: String {
            copied ? "\(model) lies in \(path)" : "\(model) was in \(path) already, the very same"
        }
    }

    /// A version that is gone.
    public struct Removed: Encodable, CustomStringConvertible {
        var model: ModelID
        /// Whether its network went too.
        var network: Bool

        /// One line for people.
        public var description: String {
            "\(model) is removed\(network ? ", and its network, which no other version uses" : "; its network stays")"
        }
    }

    /// Takes over the versions of a directory, each tested before.
    public func takeOver(_ directory: String) throws -> [Copy] {
        let (registry, ids) = try Registry.versions(at: directory)
        return try ids.map { id in
            let version = try registry.version(id)
            try version.verify()
            try Classifier(version, threads: installation.threads, clock: Clock.monotonic).selfTest()
            let copied = try installation.registry.copy(version)
            let path = try installation.registry.version(id).directory
            return Copy(model: id, digest: version.digest, path: path, copied: copied)
        }
    }

    /// Copies a version with its network into a directory of its own.
    public func export(_ name: String, to directory: String) throws -> Copy {
        let version = try installation.modelVersion(name)
        let copied = try Registry(directories: [directory]).copy(version)
        return Copy(
            model: version.id, digest: version.digest, path: "\(directory)/\(version.id)", copied: copied)
    }

    /// Makes one ONNX file of a version.
    public func export(_ name: String, toONNX path: String) throws -> Copy {
        let version = try installation.modelVersion(name)
        try version.verify()
        try version.standardONNX().write(to: URL(filePath: path), options: .atomic)
        return Copy(model: version.id, digest: version.digest, path: path, copied: true)
    }

    /// Removes a version that has no role.
    public func remove(_ name: String) throws -> Removed {
        let id = try installation.modelVersion(name).id
        if installation.configuration.model.version == id {
            throw ModelError.refused("\(id) is the version that model.version in the settings names")
        }
        return Removed(model: id, network: try installation.registry.remove(id))
    }
}
