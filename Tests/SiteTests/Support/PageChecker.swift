import Testing

/// Reads a page as strictly as no browser does: every element closed, every attribute quoted, nothing inline, every
/// picture with its words, every field with its label, every form with its token.
struct PageChecker {
    struct Element {
        var name: String
        var attributes: [String: String]
        /// The names of the elements around it.
        var around: [String]
    }

    private(set) var elements: [Element] = []
    private(set) var faults: [String] = []

    private static let void: Set<String> = [
        "meta", "link", "input", "img", "br", "path", "circle", "rect", "line", "use",
    ]

    init(_ page: String) {
        var rest = page[...]
        var open: [String] = []
        while let start = rest.firstIndex(of: "<") {
            rest = rest[rest.index(after: start)...]
            guard let end = rest.firstIndex(of: ">") else {
                faults.append("a tag without end: \(rest.prefix(40))")
                return
            }
            let tag = rest[..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("!") { continue }
            if tag.hasPrefix("/") {
                let name = String(tag.dropFirst())
                if open.last == name {
                    open.removeLast()
                } else {
                    faults.append("</\(name)> closes \(open.last ?? "nothing")")
                }
                continue
            }
            let element = parse(tag, around: open)
            elements.append(element)
            if !tag.hasSuffix("/"), !PageChecker.void.contains(element.name) { open.append(element.name) }
        }
        if !open.isEmpty { faults.append("left open: \(open)") }
        judge()
    }

    /// The elements of a name.
    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    private mutating func parse(_ tag: Substring, around: [String]) -> Element {
        var rest = tag.hasSuffix("/") ? tag.dropLast() : tag
        let name = String(rest.prefix { !$0.isWhitespace })
        rest = rest.dropFirst(name.count)
        var attributes: [String: String] = [:]
        while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
            rest = rest[start...]
            let key = String(rest.prefix { $0 != "=" && !$0.isWhitespace })
            rest = rest.dropFirst(key.count)
            var value = ""
            if rest.hasPrefix("=") {
                rest = rest.dropFirst()
                guard rest.hasPrefix("\"") else {
                    faults.append("<\(name)> has an attribute \(key) without quotes")
                    break
                }
                rest = rest.dropFirst()
                value = String(rest.prefix { $0 != "\"" })
                rest = rest.dropFirst(value.count + 1)
            }
            if attributes[key] != nil { faults.append("<\(name)> has \(key) twice") }
            attributes[key] = value
        }
        return Element(name: name, attributes: attributes, around: around)
    }

    private mutating func judge() {
        let ids = elements.compactMap { $0.attributes["id"] }
        for id in Set(ids) where ids.filter({ $0 == id }).count > 1 { faults.append("the id \(id) occurs twice") }
        if all("h1").count != 1 { faults.append("\(all("h1").count) h1") }
        for element in elements {
            let attributes = element.attributes
            if attributes.keys.contains("style") || attributes.keys.contains(where: { $0.hasPrefix("on") }) {
                faults.append("inline in <\(element.name) \(attributes)>")
            }
            if element.name == "style" || (element.name == "script" && attributes["src"] == nil) {
                faults.append("inline <\(element.name)>")
            }
            if element.name == "img", attributes["alt"] == nil { faults.append("a picture without alt: \(attributes)") }
            if let target = attributes["for"], !ids.contains(target) { faults.append("a label for nothing: \(target)") }
            for key in ["aria-labelledby", "aria-describedby"] {
                if let target = attributes[key], !ids.contains(target) {
                    faults.append("\(key) names nothing: \(target)")
                }
            }
            if let href = attributes["href"], href.hasPrefix("#"), !ids.contains(String(href.dropFirst())) {
                faults.append("a link to nothing: \(href)")
            }
            if let href = attributes["href"] ?? attributes["src"], !href.hasPrefix("/"), !href.hasPrefix("#") {
                faults.append("an address of elsewhere: \(href)")
            }
        }
        let labelled = Set(elements.compactMap { $0.attributes["for"] })
        for field in elements where ["input", "select"].contains(field.name) && field.attributes["type"] != "hidden" {
            if !labelled.contains(field.attributes["id"] ?? "") {
                faults.append("a field without label: \(field.attributes)")
            }
        }
        let tokens = elements.filter { $0.attributes["name"] == "form" && $0.attributes["value"]?.isEmpty == false }
        if tokens.count != all("form").count { faults.append("\(all("form").count) forms, \(tokens.count) tokens") }
    }
}
