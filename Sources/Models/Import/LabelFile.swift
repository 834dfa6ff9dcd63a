import Foundation

/// A file of labels: one a line, or a JSON list of texts.
struct LabelFile {
    private let names: [String]

    /// - Throws: ``ImportError/labels(_:)`` with file and line.
    init(_ bytes: Data, path: String) throws(ImportError) {
        guard let text = String(data: bytes, encoding: .utf8) else { throw .labels("\(path) is not UTF-8") }
        if text.drop(while: \.isWhitespace).first == "[" {
            guard let list = try? JSONDecoder().decode([String].self, from: bytes) else {
                throw .labels("\(path) is not a JSON list of texts")
            }
            names = list
        } else {
            var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces.union(.newlines)) }
            while lines.last?.isEmpty == true { lines.removeLast() }
            names = lines
        }
        if let empty = names.firstIndex(of: "") { throw .labels("\(path), line \(empty + 1): it is empty") }
        guard !names.isEmpty else { throw .labels("\(path) has none") }
    }

    /// The labels, those that occur again with a number, as a label names one class alone.
    func unique() -> (names: [String], warnings: [String]) {
        var (seen, unique, repeated) = ([String: Int](), [String](), [String]())
        let given = Set(names)
        for name in names {
            var number = seen[name, default: 0] + 1
            while number > 1, given.contains("\(name) (\(number))") { number += 1 }
            seen[name] = number
            unique.append(number == 1 ? name : "\(name) (\(number))")
            if number == 2 { repeated.append(name) }
        }
        guard !repeated.isEmpty else { return (unique, []) }
        let names = repeated.map { "'\($0)'" }.joined(separator: ", ")
        return (
            unique, ["\(names) stand for several classes: the later ones are called '\(repeated[0]) (2)' and so on"]
        )
    }
}
