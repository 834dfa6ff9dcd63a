import Vocabulary
import Yams

/// What a key takes: how it is read, shown again, and described. Kinds are put together from kinds.
struct Kind<Value: Sendable>: Sendable {
    /// What it takes, for the documentation: `duration, 10ms to 1h`.
    let words: String
    /// The keys below, where it takes keys.
    var section: Section?
    /// The value at a node; nil after a fault was noted.
    let read: @Sendable (Node, inout Reading) -> Value?
    /// The value as one would write it; nil where the keys below show themselves.
    let show: @Sendable (Value) -> String?
}

extension Kind {
    /// A kind of one word or number.
    /// - Parameter parse: nil where the text is none of this kind.
    init(
        _ words: String, expected: String? = nil, quotable: Bool = true, show: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.words = words
        self.show = show
        read = { node, reading in
            if let text = quotable ? node.text : node.plainText, let value = parse(text) { return value }
            reading.fault(node, "takes \(expected ?? words), not \(found(node))")
            return nil
        }
    }

    /// The same with one more condition.
    /// - Parameter complaint: what is wrong with a value; nil where nothing is.
    func checked(_ complaint: @escaping @Sendable (Value) -> String?) -> Kind {
        let inner = self
        return Kind(
            words: words, section: section,
            read: { node, reading in
                guard let value = inner.read(node, &reading) else { return nil }
                guard let message = complaint(value) else { return value }
                reading.fault(node, message)
                return nil
            }, show: show)
    }

    /// The same, or nothing.
    var optional: Kind<Value?> {
        let inner = self
        return Kind<Value?>(
            words: words, section: section,
            read: { node, reading in
                if node.isEmptyValue { return .some(nil) }
                return inner.read(node, &reading).map { .some($0) }
            }, show: { value in value.map { inner.show($0) } ?? "null" })
    }

    /// A list of it.
    /// - Parameter single: one alone may stand without brackets.
    func list(atLeast least: Int = 0, orSingle single: Bool = false, of plural: String? = nil) -> Kind<[Value]> {
        let inner = self
        let what = plural ?? "\(words)s"
        return Kind<[Value]>(
            words: "list of \(what)", section: section,
            read: { node, reading in
                let nodes: [Node]
                if case .sequence(let sequence) = node {
                    nodes = Array(sequence)
                } else if single, node.text != nil {
                    nodes = [node]
                } else {
                    reading.fault(node, "takes a list of \(what), not \(found(node))")
                    return nil
                }
                guard nodes.count >= least else {
                    reading.fault(node, "is an empty list; at least one of \(what) is needed")
                    return nil
                }
                let values = nodes.map { inner.read($0, &reading) }
                return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
            }, show: { values in "[" + values.compactMap { inner.show($0) }.joined(separator: ", ") + "]" })
    }

    /// Names with a value each.
    func map(named name: String, read readName: @escaping @Sendable (String, Node, inout Reading) -> Bool)
        -> Kind<[String: Value]>
    {
        let inner = self
        return Kind<[String: Value]>(
            words: "\(name): \(words)", section: section,
            read: { node, reading in
                guard case .mapping(let mapping) = node else {
                    reading.fault(node, "takes {\(name): \(inner.words)}, not \(found(node))")
                    return nil
                }
                var values: [String: Value] = [:]
                var isWhole = true
                for (key, value) in mapping {
                    guard let word = key.text else {
                        reading.fault(key, "takes {\(name): \(inner.words)}, not \(found(key))")
                        isWhole = false
                        continue
                    }
                    reading.path.append(word)
                    if readName(word, key, &reading), let read = inner.read(value, &reading) {
                        values[word] = read
                    } else {
                        isWhole = false
                    }
                    reading.path.removeLast()
                }
                return isWhole ? values : nil
            },
            show: { values in
                let pairs = values.sorted { $0.key < $1.key }.map { "\(flow($0.key)): \(inner.show($0.value) ?? "")" }
                return "{" + pairs.joined(separator: ", ") + "}"
            })
    }
}

/// A text as it stands in a list of YAML: quoted where it has to be.
func flow(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy { scalar in
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || " _-./+".unicodeScalars.contains(scalar)
    }
    let edges = text.first.map { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "." } ?? false
    let isWord = plain && edges && text.last != " " && !["null", "true", "false"].contains(text.lowercased())
    guard !isWord else { return text }
    let escaped = text.unicodeScalars.map { scalar -> String in
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        default: scalar.properties.generalCategory == .control ? "?" : String(Character(scalar))
        }
    }
    return "\"" + escaped.joined() + "\""
}
