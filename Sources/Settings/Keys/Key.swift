import Yams

/// One row of the table of keys: parser, checker, `--explain` and documentation read it.
struct Key<Value: Sendable>: Sendable {
    let name: String
    let kind: Kind<Value>
    /// What holds where the key is absent, as one would write it; nil: it has to be there.
    let preset: String?
    /// What it does, for the documentation.
    let help: String

    init(_ name: String, _ kind: Kind<Value>, preset: String?, _ help: String) {
        self.name = name
        self.kind = kind
        self.preset = preset
        self.help = help
    }

    /// A key that has to be there.
    init(_ name: String, required kind: Kind<Value>, _ help: String) {
        self.init(name, kind, preset: nil, help)
    }
}

/// A row whose type is nobody's business: what a section is made of.
struct AnyKey: Sendable {
    let name: String
    let words: String
    let preset: String?
    let help: String
    let section: Section?
    /// The value at a node and how to show it; nil after a fault was noted.
    let read: @Sendable (Node, inout Reading) -> (value: any Sendable, shown: String?)?

    init<Value>(_ key: Key<Value>) {
        name = key.name
        words = key.kind.words
        preset = key.preset
        help = key.help
        section = key.kind.section
        let kind = key.kind
        read = { node, reading in kind.read(node, &reading).map { ($0, kind.show($0)) } }
    }
}

/// Keys that stand together, in the order in which they are documented.
struct Section: Sendable {
    /// What the keys belong to, for messages: `a rule`.
    let what: String
    let keys: [AnyKey]
    /// Further keys, by the value of one of them.
    var variants: Variants?

    struct Variants: Sendable {
        /// The key that decides.
        let key: String
        /// What each of its values adds.
        let keys: [(value: String, keys: [AnyKey])]
    }

    init(_ what: String, _ keys: [AnyKey], variants: Variants? = nil) {
        self.what = what
        self.keys = keys
        self.variants = variants
    }
}

/// The values of the keys of one section.
struct Values {
    private let values: [String: any Sendable]
    /// Where the section stands, and its keys.
    let node: Node
    let nodes: [String: Node]

    init(_ values: [String: any Sendable], node: Node, nodes: [String: Node]) {
        self.values = values
        self.node = node
        self.nodes = nodes
    }

    /// The value of a key. A section is only built when all of its keys could be read, so it is there.
    subscript<Value>(key: Key<Value>) -> Value {
        guard let value = values[key.name] as? Value else {
            preconditionFailure("the key '\(key.name)' is not in the table of this section, or of another type")
        }
        return value
    }
}
