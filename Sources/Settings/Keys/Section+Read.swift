import Yams

extension Kind {
    /// Keys and values, made into one thing.
    static func section(_ section: Section, build: @escaping @Sendable (Values, inout Reading) -> Value?) -> Kind {
        Kind(
            words: "keys below", section: section,
            read: { node, reading in
                section.read(node, &reading).flatMap { build($0, &reading) }
            }, show: { _ in nil })
    }

    /// A list of things that are keys and values each.
    static func sections<Item>(
        _ section: Section, atLeast least: Int = 0, build: @escaping @Sendable (Values, inout Reading) -> Item?
    ) -> Kind where Value == [Item] {
        Kind(
            words: "list of keys below", section: section,
            read: { node, reading in
                if node.isEmptyValue, least == 0 { return [] }
                guard case .sequence(let items) = node else {
                    reading.fault(node, "takes a list, one entry for \(section.what) each, not \(found(node))")
                    return nil
                }
                guard items.count >= least else {
                    reading.fault(node, "is empty; at least \(section.what) is needed")
                    return nil
                }
                var built: [Item] = []
                for (index, item) in items.enumerated() {
                    let name = item.mapping?["name"]?.text.map { quoted($0).dropFirst().dropLast() }
                    reading.path.append("[\(name.map(String.init) ?? String(index + 1))]")
                    if let values = section.read(item, &reading), let one = build(values, &reading) {
                        built.append(one)
                    }
                    reading.path.removeLast()
                }
                return built.count == items.count ? built : nil
            }, show: { $0.isEmpty ? "[]" : nil })
    }
}

extension Section {
    /// Reads all keys, presets where they are absent.
    /// - Returns: nil after a fault was noted.
    func read(_ node: Node, _ reading: inout Reading) -> Values? {
        guard case .mapping(let mapping) = node else {
            reading.fault(node, "takes keys and values (\(what)), not \(found(node))")
            return nil
        }
        var nodes: [String: Node] = [:]
        for (key, value) in mapping where key.text != nil { nodes[key.text ?? ""] = value }
        guard let keys = keysInForce(nodes, under: node, &reading) else { return nil }
        var isWhole = true
        for (key, _) in mapping where !keys.contains(where: { $0.name == key.text }) {
            let hint = suggestion(for: key.text ?? "", among: keys.map(\.name).filter { nodes[$0] == nil })
            reading.fault(key, "unknown key \(found(key))\(hint)")
            isWhole = false
        }
        var values: [String: any Sendable] = [:]
        for key in keys {
            reading.path.append(key.name)
            if let value = read(key, nodes[key.name], under: node, &reading) {
                values[key.name] = value
            } else {
                isWhole = false
            }
            reading.path.removeLast()
        }
        return isWhole ? Values(values, node: node, nodes: nodes) : nil
    }

    /// The value of one key, where it stands or its preset.
    private func read(_ key: AnyKey, _ node: Node?, under section: Node, _ reading: inout Reading) -> (any Sendable)? {
        // A heading with nothing under it is as good as none.
        if let node, !(node.isEmptyValue && key.section != nil) {
            guard let (value, shown) = key.read(node, &reading) else { return nil }
            if let shown { reading.explain(shown, node) }
            return value
        }
        guard let preset = key.preset else {
            let kind = key.section == nil ? " (\(key.words))" : ""
            reading.fault(section, "is missing: \(what) needs it\(kind)")
            return nil
        }
        let before = reading.isPreset
        reading.isPreset = true
        defer { reading.isPreset = before }
        guard let node = try? Yams.compose(yaml: preset), let (value, shown) = key.read(node, &reading) else {
            preconditionFailure("the preset '\(preset)' of the key '\(key.name)' is not of its kind")
        }
        if let shown { reading.explain(shown, nil) }
        return value
    }

    /// The keys of this section, with those that one of them adds.
    private func keysInForce(_ nodes: [String: Node], under section: Node, _ reading: inout Reading) -> [AnyKey]? {
        guard let variants else { return keys }
        guard let node = nodes[variants.key] else {
            reading.fault(section, "key '\(variants.key)' is missing: \(what) needs it")
            return nil
        }
        if let more = variants.keys.first(where: { $0.value == node.text }) { return keys + more.keys }
        let known = variants.keys.map(\.value)
        let hint = suggestion(for: node.text ?? "", among: known)
        reading.path.append(variants.key)
        reading.fault(
            node, "unknown \(variants.key) \(found(node)); this version knows \(known.joined(separator: ", "))\(hint)")
        reading.path.removeLast()
        return nil
    }
}
