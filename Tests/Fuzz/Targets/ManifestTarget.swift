import Foundation
import Imaging
import Vocabulary

@testable import Models

extension FuzzTarget {
    /// The JSON of a model version: its manifest, its golden photos, and the table of roles.
    static let manifest = FuzzTarget("manifest", longest: 16_384) { bytes in
        let data = Data(bytes)
        if let roles = try? JSONDecoder().decode(Roles.self, from: data) { _ = roles.roles(of: roles.production) }
        _ = try? JSONDecoder().decode(Golden.self, from: data)
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: data)
        } catch {
            promise(!words(error).isEmpty, "a refusal says nothing")
            return
        }
        guard manifest.fault(directory: ModelID(name: manifest.name, version: manifest.version)) == nil else { return }
        let how = manifest.preprocessing
        let specification = InputSpecification(
            width: how.width, height: how.height, cropFraction: how.crop, resample: how.resample, offset: how.offset,
            scale: how.scale, channelOrder: how.channels)
        promise(specification.fault == nil, "a manifest passes that no picture fits: \(specification.fault ?? "")")
        let labels = Labels(names: manifest.labels, groups: manifest.groups)
        for group in manifest.groups.keys {
            promise(
                labels.indices(of: "group:\(group)").allSatisfy(labels.names.indices.contains), "a group is too wide")
        }
    }
}
