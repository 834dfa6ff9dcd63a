import Foundation
public import Vocabulary

/// The model versions installed on this machine: `<name>/<version>/` and `backbones/` in one or more directories.
///
/// The first directory is the owner's (in the state directory), the last the shipped one, which is only read.
public struct Registry: Sendable {
    /// Where versions are looked for, the first wins.
    public let directories: [String]

    /// - Parameter directories: those that are not there count as empty.
    public init(directories: [String]) {
        self.directories = directories
    }

    /// A version by name.
    public func version(_ id: ModelID) throws(ModelError) -> ModelVersion {
        guard let registry = directories.first(where: { holds(id, in: $0) }) else {
            throw .unknownVersion(id, installed: installed())
        }
        return try ModelVersion(id, registry: registry)
    }

    /// All versions, by name and then version, numbers as numbers.
    public func installed() -> [ModelID] {
        var found: Set<ModelID> = []
        for directory in directories {
            for name in entries(directory) where name != "backbones" && !name.hasPrefix(".") {
                for version in entries("\(directory)/\(name)") {
                    let id = ModelID(name: name, version: version)
                    if ModelID(id.description) != nil, holds(id, in: directory) { found.insert(id) }
                }
            }
        }
        return found.sorted { left, right in
            if left.name != right.name { return left.name < right.name }
            return left.version.compare(right.version, options: .numeric) == .orderedAscending
        }
    }

    /// One more than the largest number that a version of this name has anywhere.
    public func nextVersion(of name: String) -> ModelID {
        let numbers = installed().filter { $0.name == name }.compactMap { Int32($0.version) }.filter { $0 < .max }
        return ModelID(name: name, version: String(max(0, numbers.max() ?? 0) + 1))
    }

    /// Which version has which role: `roles.json` of the first directory that has one.
    ///
    /// Without any, the version that the program ships is production.
    public func roles() throws(ModelError) -> Roles {
        for directory in directories {
            let path = "\(directory)/roles.json"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            let bytes = try read(path)
            do {
                return try JSONDecoder().decode(Roles.self, from: bytes)
            } catch {
                throw ModelError.malformed(path: path, what: "not a table of roles: \(words(error))")
            }
        }
        return Roles(production: Registry.stock)
    }

    /// Every label that any version knows, with the names of groups as `group:NAME`.
    /// - Throws: why a version cannot be read, which may know more.
    public func labels() throws(ModelError) -> Set<String> {
        var known: Set<String> = []
        for id in installed() {
            let version = try version(id)
            known.formUnion(version.manifest.labels)
            known.formUnion(version.manifest.groups.keys.map { "group:\($0)" })
        }
        return known
    }

    /// The version that comes with the program: in int8.
    public static let stock = ModelID(name: "efficientnet-lite0", version: "2")
    /// The fp32 version that the stock one was made of: it serves where that is damaged.
    public static let stockOriginal = ModelID(name: "efficientnet-lite0", version: "1")

    private func holds(_ id: ModelID, in directory: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(directory)/\(id.name)/\(id.version)/manifest.json")
    }

    private func entries(_ directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}
