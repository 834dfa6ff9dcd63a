import Foundation
import Glibc
public import Vocabulary

extension Registry {
    /// The registry whose versions lie in `path`: itself, or the one around it where `path` is a version's directory.
    /// - Returns: the registry with what can be copied from it.
    /// - Throws: where there is no version.
    public static func versions(at path: String) throws(ModelError) -> (registry: Registry, ids: [ModelID]) {
        let folder = URL(filePath: path).standardizedFileURL
        if FileManager.default.fileExists(atPath: folder.appending(path: "manifest.json").path) {
            let name = folder.deletingLastPathComponent()
            let id = ModelID(name: name.lastPathComponent, version: folder.lastPathComponent)
            return (Registry(directories: [name.deletingLastPathComponent().path]), [id])
        }
        let registry = Registry(directories: [folder.path])
        let ids = registry.installed()
        guard !ids.isEmpty else {
            throw .refused(
                "\(path) holds no model version: a directory that rooster models export made is needed, with "
                    + "NAME/VERSION/manifest.json and backbones/ in it")
        }
        return (registry, ids)
    }

    /// Copies a version with its network into the first directory; every file is compared with its digest on the way.
    ///
    /// It is written beside, brought to the disk, and renamed: whatever dies, all of it is there or nothing.
    /// - Returns: false where the very same version was there already.
    /// - Throws: where another version of this name is there.
    @discardableResult
    public func copy(_ version: ModelVersion) throws(ModelError) -> Bool {
        try locked { (registry) throws(ModelError) in
            let folder = "\(registry)/\(version.id.name)"
            let target = "\(folder)/\(version.id.version)"
            if FileManager.default.fileExists(atPath: "\(target)/manifest.json") {
                let there = try ModelVersion(version.id, registry: registry)
                guard there.digest == version.digest else {
                    throw .refused(
                        "\(version.id) is there already, and is another version (digest \(there.digest.prefix(12)), "
                            + "not \(version.digest.prefix(12))): remove it first (rooster models remove)")
                }
                if (try? there.verify()) != nil { return false }
                try retire(target, of: folder)
            }
            try Disk.makeDirectory(folder)
            try Disk.makeDirectory("\(registry)/backbones")
            try Disk.sweep(folder)
            try Disk.sweep("\(registry)/backbones")
            try install(version.manifest.backbone, from: version.backbonePath, into: "\(registry)/backbones")
            let beside = Disk.beside(folder)
            do throws(ModelError) {
                try write(version, to: beside)
                guard try Disk.rename(beside, target) else {
                    throw .unwritable(path: target, reason: "something else is there")
                }
            } catch {
                Disk.remove(beside)
                throw error
            }
            return true
        }
    }

    /// Removes a version of the first directory, and its network where no other version of that directory uses it.
    /// - Throws: where it has a role, or is one that is only read.
    /// - Returns: whether the network went too.
    public func remove(_ id: ModelID) throws(ModelError) -> Bool {
        try locked { (registry) throws(ModelError) in
            let held = try roles().roles(of: id)
            guard held.isEmpty else {
                throw .refused(
                    "\(id) is \(held.map(\.rawValue).joined(separator: " and ")): give that role to another version "
                        + "first (rooster models promote, rollback, shadow, baseline)")
            }
            let version = try version(id)
            guard version.directory == "\(registry)/\(id.name)/\(id.version)" else {
                throw .refused("\(id) is shipped with Rooster in \(version.directory): it is only read")
            }
            let folder = "\(registry)/\(id.name)"
            try retire(version.directory, of: folder)
            rmdir(folder)  // where it was the last of its name
            guard isUnused(version.manifest.backbone, in: registry) else { return false }
            Disk.remove(version.backbonePath)
            try Disk.bring("\(registry)/backbones")
            return true
        }
    }

    /// Takes a directory out of sight at once, then away.
    private func retire(_ directory: String, of folder: String) throws(ModelError) {
        let beside = Disk.beside(folder)
        guard try Disk.rename(directory, beside) else {
            throw .unwritable(path: directory, reason: "it cannot be moved away")
        }
        Disk.remove(beside)
    }

    /// Whether no version of a directory names a network; false where one cannot be read.
    private func isUnused(_ backbone: Manifest.Backbone, in registry: String) -> Bool {
        Registry(directories: [registry]).installed().allSatisfy { id in
            (try? ModelVersion(id, registry: registry)).map { $0.manifest.backbone.sha256 != backbone.sha256 } ?? false
        }
    }

    private func write(_ version: ModelVersion, to folder: String) throws(ModelError) {
        let manifest = version.manifest
        try Disk.makeDirectory("\(folder)/golden")
        func copy(_ name: String, is expected: String?) throws(ModelError) {
            let path = "\(version.directory)/\(name)"
            let bytes = try read(path)
            if let expected {
                let found = sha256(bytes)
                guard found == expected else { throw .damaged(path: path, expected: expected, found: found) }
            }
            try Disk.write(bytes, to: "\(folder)/\(name)")
        }
        if let head = manifest.head { try copy(head.file, is: head.sha256) }
        for (name, digest) in manifest.files ?? [:] { try copy(name, is: digest) }
        for (name, digest) in manifest.golden {
            guard !name.contains("/"), !name.hasPrefix(".") else {
                throw .malformed(
                    path: "\(version.directory)/manifest.json", what: "golden photo '\(name)' is not a file name")
            }
            try copy("golden/\(name)", is: digest)
        }
        if !manifest.golden.isEmpty { try copy("golden/expected.json", is: nil) }
        try copy("manifest.json", is: nil)
        try Disk.bring(folder)
    }
}
