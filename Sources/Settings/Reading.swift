import Yams

/// What a name can be defined as, and mentioned as elsewhere.
enum Noun: String, Sendable {
    case source, region, rule, action, channel, label
}

/// A word in the file that has to be known somewhere else.
struct Mention: Sendable {
    var noun: Noun
    var word: String
    var key: String
    var line: Int?
}

/// A name that others may mention.
struct Definition: Sendable {
    var name: String
    /// Where it has to be unique: a region within its source, all else within the file.
    var scope: [String]
    var line: Int?
}

/// A settings file while it is read: collects every fault, definition and explanation, and never stops at the first.
struct Reading {
    /// The file as messages name it; nil: there is none.
    let file: String?
    /// Relative paths start here.
    let base: String
    /// The keys on the way to where we are.
    var path: [String] = []
    var faults: [SettingsFault] = []
    var explanations: [Explanation] = []
    /// Names by what they name, with their lines.
    var definitions: [Noun: [Definition]] = [:]
    var mentions: [Mention] = []
    /// True while presets are read: they have no lines.
    var isPreset = false

    init(file: String?, base: String) {
        self.file = file
        self.base = base
    }

    /// Where we are, as messages name it.
    var key: String {
        path.reduce("") { text, part in text.isEmpty || part.hasPrefix("[") ? text + part : "\(text).\(part)" }
    }

    /// Notes a fault at a node.
    mutating func fault(_ node: Node?, _ message: String) {
        faults.append(SettingsFault(file: file, line: node?.mark?.line, key: key, message: message))
    }

    /// Notes what is in force for the key we are at.
    mutating func explain(_ value: String, _ node: Node?) {
        let line = node?.mark.map { ":\($0.line)" } ?? ""
        let from = isPreset || node == nil ? "preset" : (file.map { $0 + line } ?? "without settings")
        explanations.append(Explanation(key: key, value: value, from: from))
    }

    /// Notes a name, and a fault where it is taken.
    mutating func define(_ noun: Noun, _ name: String, _ node: Node) {
        let scope = Array(path.dropLast(2))
        if let first = definitions[noun]?.first(where: { $0.name == name && $0.scope == scope }) {
            let place = first.line.map { " in line \($0)" } ?? ""
            fault(node, "there is a \(noun.rawValue) \(quoted(name)) already\(place); names are unique")
        }
        definitions[noun, default: []].append(Definition(name: name, scope: scope, line: node.mark?.line))
    }

    /// Notes a word that has to be known somewhere else.
    mutating func mention(_ noun: Noun, _ word: String, _ node: Node) {
        mentions.append(Mention(noun: noun, word: word, key: key, line: node.mark?.line))
    }
}

/// A word of the file as messages show it: short, and without what would upset a terminal.
func quoted(_ word: String) -> String {
    let clean = String(
        word.unicodeScalars.prefix(60).map { $0.properties.generalCategory == .control ? "?" : Character($0) })
    return "'\(clean)\(word.unicodeScalars.count > 60 ? "..." : "")'"
}

/// What stands at a node, in words.
func found(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): node.isEmptyValue ? "nothing" : quoted(scalar.string)
    case .mapping: "keys and values"
    case .sequence: "a list"
    case .alias: "an alias"
    }
}

extension Node {
    /// True for `null`, `~` and nothing at all.
    var isEmptyValue: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The text of a scalar that is there.
    var text: String? {
        guard case .scalar(let scalar) = self, !isEmptyValue else { return nil }
        return scalar.string
    }

    /// The text of a scalar without quotes: numbers and switches are not text.
    var plainText: String? {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return nil }
        return text
    }
}
