import Foundation
public import Vocabulary

/// A photo and what the owner says is on it.
public struct LabelledPhoto: Sendable, Equatable {
    /// Where it lies.
    public var file: String
    /// As given, relative to the folder or manifest.
    public var path: String
    /// What is on it.
    public var label: String
    /// The part that shows it; nil: the whole.
    public var region: Box?
}

/// The photos of a folder with one folder a label, or of a manifest.
public struct PhotoList: Sendable {
    /// In the order of label and path.
    public var photos: [LabelledPhoto]

    /// Why there is nothing to learn from, in a sentence.
    public struct Fault: Error, CustomStringConvertible {
        /// In a sentence.
        public var description: String
    }

    /// Reads a folder, or a manifest: CSV with a header that names `path`, `label` and maybe `region` (`x y width height`
    /// as fractions), or JSON lines with the same keys (`region` an array).
    public init(_ path: String) throws(Fault) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Fault(description: "\(path): there is no such folder or file")
        }
        photos = isDirectory.boolValue ? Self.folder(path) : try Self.manifest(path)
        photos.sort { ($0.label, $0.path) < ($1.label, $1.path) }
        guard !photos.isEmpty else {
            throw Fault(
                description: "\(path): no photos: put them into one folder a label, such as \(path)/jay/1.jpg")
        }
    }

    private static func folder(_ path: String) -> [LabelledPhoto] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            let parts = name.split(separator: "/")
            let isJPEG = ["jpg", "jpeg"].contains(URL(filePath: name).pathExtension.lowercased())
            guard parts.count > 1, isJPEG, !parts.contains(where: { $0.hasPrefix(".") }) else { return nil }
            return LabelledPhoto(file: "\(path)/\(name)", path: name, label: label(parts[0]), region: nil)
        }
    }

    /// A folder's name as a label: blanks are written as such or as underscores.
    private static func label(_ name: some StringProtocol) -> String { name.trimmingCharacters(in: .whitespaces) }

    private struct Line: Decodable {
        var path: String
        var label: String
        var region: [Double]?
    }

    private static func manifest(_ path: String) throws(Fault) -> [LabelledPhoto] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw Fault(description: "\(path): \(error.localizedDescription)")
        }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        guard let first = lines.first else { throw Fault(description: "\(path) is empty") }
        let isJSON = first.hasPrefix("{")
        let header = isJSON ? [] : fields(first).map { $0.lowercased() }
        guard isJSON || (["path", "file"].contains(where: header.contains) && header.contains("label")) else {
            throw Fault(description: "\(path): its first line has to name the columns path and label, or be JSON")
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        var photos: [LabelledPhoto] = []
        for (number, text) in lines.enumerated() where isJSON || number > 0 {
            guard let line = isJSON ? try? JSONDecoder().decode(Line.self, from: Data(text.utf8)) : line(text, header)
            else { throw Fault(description: "\(path): line \(number + 1) is not a path with a label") }
            let label = label(line.label)
            guard !label.isEmpty else { throw Fault(description: "\(path): line \(number + 1) has no label") }
            var region: Box?
            if let sides = line.region {
                guard let box = Box(sides) else {
                    throw Fault(
                        description: "\(path): line \(number + 1): a region is x y width height, each 0 to 1")
                }
                region = box
            }
            let file = line.path.hasPrefix("/") ? line.path : "\(folder)/\(line.path)"
            photos.append(LabelledPhoto(file: file, path: line.path, label: label, region: region))
        }
        return photos
    }

    private static func line(_ text: String, _ header: [String]) -> Line? {
        let row = Dictionary(zip(header, fields(text))) { first, _ in first }
        guard let path = row["path"] ?? row["file"], !path.isEmpty, let label = row["label"] else { return nil }
        guard let region = row["region"], !region.isEmpty else { return Line(path: path, label: label, region: nil) }
        return Line(path: path, label: label, region: region.split(separator: " ").map { Double($0) ?? .nan })
    }

    /// The fields of a line of CSV (RFC 4180; a field may not hold a line break).
    private static func fields(_ line: String) -> [String] {
        var (fields, field, isQuoted) = ([String](), "", false)
        var rest = line[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"":
                field.append("\"")
                rest.removeFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                fields.append(field)
                field = ""
            default: field.append(character)
            }
        }
        return (fields + [field]).map { $0.trimmingCharacters(in: .whitespaces) }
    }
}

extension Box {
    /// From x, y, width and height; nil where that is no part of a picture.
    fileprivate init?(_ sides: [Double]) {
        guard sides.count == 4, sides.allSatisfy({ (0...1).contains($0) }), sides[2] > 0, sides[3] > 0,
            sides[0] + sides[2] <= 1.000_001, sides[1] + sides[3] <= 1.000_001
        else { return nil }
        self.init(x: sides[0], y: sides[1], width: min(sides[2], 1 - sides[0]), height: min(sides[3], 1 - sides[1]))
    }
}
