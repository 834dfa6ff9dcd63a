import Vocabulary
import Yams

extension Kind where Value == String {
    /// The name of something that is defined here: unique, and fit to be shown and joined.
    static func name(of noun: Noun) -> Kind {
        Kind(
            words: "name",
            read: { node, reading in
                guard let name = validName(node, &reading) else { return nil }
                reading.define(noun, name, node)
                return name
            }, show: flow)
    }

    /// The name of something that is defined elsewhere in the file.
    static func reference(to noun: Noun) -> Kind {
        Kind(
            words: "name of \(noun == .action ? "an" : "a") \(noun.rawValue)",
            read: { node, reading in
                guard let name = validName(node, &reading) else { return nil }
                reading.mention(noun, name, node)
                return name
            }, show: flow)
    }

    /// A label of a model version, or a group of them as `group:NAME`.
    static let entry = Kind(
        words: "label or `group:NAME`",
        read: { node, reading in
            guard let word = validName(node, &reading) else { return nil }
            guard word != "group:" else {
                reading.fault(node, "takes group:NAME, not \(found(node))")
                return nil
            }
            reading.mention(.label, word, node)
            return word
        }, show: flow)

    /// A label of a model version alone.
    static let label = Kind.entry.checked { word in
        word.hasPrefix("group:") ? "takes labels, not the group \(quoted(word)); groups do not hold groups" : nil
    }.described("label")

    private static func validName(_ node: Node, _ reading: inout Reading) -> String? {
        guard let name = node.text, !name.isEmpty, name.utf8.count <= 200, name.first != " ", name.last != " ",
            name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else {
            reading.fault(node, "takes a name of 1 to 200 letters without spaces around it, not \(found(node))")
            return nil
        }
        return name
    }
}

extension Kind where Value == Box {
    /// A rectangle in fractions of the upright picture.
    static let box = Kind(
        words: "[x, y, width, height], each 0 to 1",
        read: { node, reading in
            let numbers = node.sequence.map { $0.map { $0.plainText.flatMap { decimalNumber($0) } } } ?? []
            guard numbers.count == 4, let x = numbers[0], let y = numbers[1], let width = numbers[2],
                let height = numbers[3]
            else {
                reading.fault(node, "takes four numbers, [x, y, width, height], not \(found(node))")
                return nil
            }
            // A picture's edge is where fractions that add up to 1 nearly are.
            guard x >= 0, y >= 0, width > 0, height > 0, x + width <= 1 + 1e-9, y + height <= 1 + 1e-9 else {
                reading.fault(
                    node,
                    "reaches outside the picture, or is empty: x, y, x + width and y + height lie between 0 and 1, width "
                        + "and height above 0")
                return nil
            }
            return Box(x: x, y: y, width: min(width, 1 - x), height: min(height, 1 - y))
        }, show: { box in "[\([box.x, box.y, box.width, box.height].map(shown).joined(separator: ", "))]" })
}
