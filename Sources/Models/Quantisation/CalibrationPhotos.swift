import Foundation
import Imaging
import Vocabulary

/// The photos of some folders as a network's inputs.
struct CalibrationPhotos {
    /// One a photo.
    private(set) var inputs: [[Float]] = []
    /// Those that are no photos.
    private(set) var unreadable: [String] = []

    /// More than these change nothing that could be measured.
    static let most = 128
    /// Fewer say too little.
    static let least = 16

    /// - Throws: ``ModelError`` where there are too few.
    init(folders: [String], as specification: InputSpecification) throws(ModelError) {
        let decoder = JPEGDecoder(limits: .standard)
        for path in Self.spread(folders.map(photographs)) where inputs.count < Self.most {
            do {
                inputs.append(try Self.input(try read(path), specification, decoder))
            } catch {
                unreadable.append("\(path): \(error)")
            }
        }
        guard inputs.count >= Self.least else {
            throw .tooFewPhotos(
                folders: folders, found: inputs.count, needed: Self.least, unreadable: unreadable.count)
        }
    }

    /// One of each folder in turn, and those of a folder spread over it, so that every kind is among the first.
    private static func spread(_ folders: [[String]]) -> [String] {
        let all = folders.flatMap { folder in
            folder.indices.map {
                (place: Double($0 * 37 % max(folder.count, 1)) / Double(folder.count), path: folder[$0])
            }
        }
        return all.sorted { ($0.place, $0.path) < ($1.place, $1.path) }.map(\.path)
    }

    static func input(
        _ jpeg: Data, _ specification: InputSpecification, _ decoder: JPEGDecoder
    ) throws -> [Float] {
        var input = [Float](repeating: 0, count: specification.count)
        try jpeg.withUnsafeBytes { bytes in
            let picture = try decoder.decode(bytes, regions: [Region.wholeFrame.box], minimumSide: 256)
            try input.withUnsafeMutableBufferPointer { (target) throws(ImagingError) in
                try picture.fill(target, region: Region.wholeFrame.box, as: specification)
            }
        }
        return input
    }
}

/// The JPEG files of a folder and of those inside it, sorted.
func photographs(in folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { ["jpg", "jpeg"].contains(URL(filePath: $0).pathExtension.lowercased()) }
        .sorted().map { "\(folder)/\($0)" }
}
