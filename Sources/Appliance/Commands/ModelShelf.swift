import Imaging
import Models
import Vocabulary

/// `rooster models`: what is installed, what it is made of, whether it is whole.
public struct ModelShelf {
    /// One installed version.
    public struct Entry: Encodable, CustomStringConvertible {
        var model: ModelID
        var roles: [String]
        var labels: Int?
        var created: Instant?
        var fault: String?

        /// One line for people.
        public var description: String {
            let facts =
                fault ?? "\(labels ?? 0) labels, made \(created.map { String($0.description.prefix(10)) } ?? "")"
            return "\(model)  \(roles.isEmpty ? "" : "[\(roles.joined(separator: ", "))] ")\(facts)"
        }
    }

    /// What a version is made of.
    public struct Details: Encodable, CustomStringConvertible {
        var model: ModelID
        var digest: String
        var roles: [String]
        var directory: String
        var backbone: String
        var created: Instant
        var source: String?
        var licence: String?
        var parent: ModelID?
        var input: String
        var labels: [String]
        var groups: [String: Int]

        /// A table for people.
        public var description: String {
            let rows: [(String, String)] = [
                ("version", model.description), ("digest", digest), ("roles", roles.joined(separator: ", ")),
                ("directory", directory), ("network", backbone), ("made", created.description),
                ("source", source ?? "unknown"), ("licence", licence ?? "unknown"),
                ("parent", parent?.description ?? "none"), ("input", input),
                (
                    "labels",
                    "\(labels.count): \(labels.prefix(12).joined(separator: ", "))\(labels.count > 12 ? ", ..." : "")"
                ),
                ("groups", groups.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }.joined(separator: ", ")),
            ]
            return rows.map { "\($0.0.padding(10))\($0.1)" }.joined(separator: "\n")
        }
    }

    /// Whether a version is whole.
    public struct Verdict: Encodable, CustomStringConvertible {
        var model: ModelID
        /// Whether digests and golden photos are as they must be.
        public var ok: Bool
        var goldenPhotos: Int?
        var fault: String?

        private enum CodingKeys: String, CodingKey {
            case model, ok, fault
            case goldenPhotos = "golden_photos"
        }

        /// One line for people.
        public var description: String {
            fault.map { "\(model): \($0)" }
                ?? "\(model): whole, \(goldenPhotos ?? 0) golden photos answered as promised"
        }
    }

    /// A photo that a version was taught with.
    public struct Photo: Encodable, CustomStringConvertible {
        let photo: TrainingPhoto

        /// As the line of the version's `photos.jsonl`.
        public func encode(to encoder: any Encoder) throws { try photo.encode(to: encoder) }

        /// One line for people.
        public var description: String {
            let said = photo.predicted.map { $0 == photo.label ? "" : "  (taken for \($0) before it was seen)" } ?? ""
            return "\(photo.label.padding(16))\(photo.path)  \(photo.digest.prefix(12))\(said)"
        }
    }

    let installation: Installation

    /// The versions that an installation sees.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// All installed versions; one that cannot be read is listed with the reason.
    public func list() -> [Entry] {
        let roles = try? installation.registry.roles()
        return installation.registry.installed().map { id in
            let names = roles?.roles(of: id).map(\.rawValue) ?? []
            do {
                let version = try installation.registry.version(id)
                return Entry(
                    model: id, roles: names, labels: version.labels.count, created: version.manifest.created)
            } catch {
                return Entry(model: id, roles: names, fault: "\(error)")
            }
        }
    }

    /// What a version is made of.
    /// - Parameter name: `NAME/VERSION`; nil: production.
    public func details(_ name: String?) throws -> Details {
        let version = try installation.modelVersion(name)
        let manifest = version.manifest
        return Details(
            model: version.id, digest: version.digest,
            roles: ((try? installation.registry.roles())?.roles(of: version.id) ?? []).map(\.rawValue),
            directory: version.directory,
            backbone: version.backbonePath, created: manifest.created, source: manifest.source,
            licence: manifest.licence, parent: manifest.parent,
            input:
                "\(manifest.preprocessing.width) x \(manifest.preprocessing.height) \(manifest.preprocessing.channels.rawValue)",
            labels: manifest.labels, groups: manifest.groups.mapValues(\.count))
    }

    /// The photos a version was taught with, and what was said of each before it was seen.
    public func photos(_ name: String?) throws -> [Photo] {
        let version = try installation.modelVersion(name)
        let photos = try version.trainingPhotos().map(Photo.init)
        guard !photos.isEmpty else {
            throw ModelError.refused("\(version.id) was not taught here: nothing is known of its photos")
        }
        return photos
    }

    /// Compares digests, loads the network and lets it answer its golden photos.
    /// - Parameter name: `NAME/VERSION`; nil: every installed version.
    public func verify(_ name: String?) throws -> [Verdict] {
        let ids = try name.map { [try installation.modelVersion($0).id] } ?? installation.registry.installed()
        return ids.map { id in
            do {
                let version = try installation.registry.version(id)
                try version.verify()
                let classifier = try Classifier(version, threads: installation.threads, clock: Clock.monotonic)
                return Verdict(model: id, ok: true, goldenPhotos: try classifier.selfTest())
            } catch {
                return Verdict(model: id, ok: false, fault: "\(error)")
            }
        }
    }
}

extension String {
    /// The text with blanks up to a width: for columns.
    func padding(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(1, width - count))
    }
}
