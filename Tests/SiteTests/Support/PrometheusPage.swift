/// Reads the text format 0.0.4 strictly and keeps what it says.
struct PrometheusPage {
    struct Sample {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    private(set) var samples: [Sample] = []
    private(set) var faults: [String] = []

    init(_ text: String) {
        var seen: Set<String> = []
        var series: Set<String> = []
        var helped: String?
        var family: (name: String, type: String)?
        if !text.hasSuffix("\n") { faults.append("no line end at the end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("# HELP ") {
                let name = String(line.dropFirst(7).prefix { $0 != " " })
                if !seen.insert(name).inserted { faults.append("\(name) comes in two places") }
                if line.dropFirst(7 + name.count + 1).isEmpty { faults.append("\(name) has no help") }
                helped = name
                family = nil
            } else if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                guard words.count == 4, String(words[2]) == helped else {
                    faults.append("TYPE without its HELP: \(line)")
                    continue
                }
                family = (String(words[2]), String(words[3]))
                check(family: String(words[2]), type: String(words[3]))
            } else if let sample = parse(line) {
                guard let family else {
                    faults.append("a sample before HELP and TYPE: \(line)")
                    continue
                }
                let suffixes = family.type == "summary" ? ["", "_sum", "_count"] : [""]
                if !suffixes.contains(where: { family.name + $0 == sample.name }) {
                    faults.append("\(sample.name) stands under \(family.name)")
                }
                if family.type == "summary", sample.name == family.name, sample.labels["quantile"] == nil {
                    faults.append("\(family.name) without quantile")
                }
                if family.type == "counter", !(sample.value >= 0) { faults.append("a counter below zero: \(line)") }
                let key = sample.name + sample.labels.sorted { $0.key < $1.key }.map { "\($0)" }.joined()
                if !series.insert(key).inserted { faults.append("twice: \(line)") }
                samples.append(sample)
            } else {
                faults.append("unreadable: \(line)")
            }
        }
    }

    /// The value of one sample.
    func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
        samples.first { $0.name == name && $0.labels == labels }?.value
    }

    private mutating func check(family name: String, type: String) {
        if !["counter", "gauge", "summary"].contains(type) { faults.append("\(name) is a \(type)") }
        if !name.hasPrefix("rooster_") { faults.append("\(name) is not ours") }
        if (type == "counter") != name.hasSuffix("_total") { faults.append("\(name) is a \(type)") }
        if ["_ms", "_milliseconds", "_percent", "_kb", "_mb"].contains(where: name.contains) {
            faults.append("\(name) is in no base unit")
        }
    }

    private func parse(_ line: Substring) -> Sample? {
        let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") }
        guard let first = name.first, !first.isNumber else { return nil }
        var rest = line.dropFirst(name.count)
        var labels: [String: String] = [:]
        if rest.first == "{" {
            rest = rest.dropFirst()
            while rest.first != "}" {
                let key = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
                rest = rest.dropFirst(key.count)
                guard !key.isEmpty, rest.hasPrefix("=\"") else { return nil }
                rest = rest.dropFirst(2)
                var value = ""
                while let character = rest.first, character != "\"" {
                    rest = rest.dropFirst()
                    guard character == "\\" else {
                        value.append(character)
                        continue
                    }
                    switch rest.popFirst() {
                    case "\\": value.append("\\")
                    case "\"": value.append("\"")
                    case "n": value.append("\n")
                    default: return nil
                    }
                }
                guard rest.popFirst() == "\"", labels.updateValue(value, forKey: String(key)) == nil else { return nil }
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        guard rest.first == " ", let value = Double(rest.dropFirst()) else { return nil }
        return Sample(name: String(name), labels: labels, value: value)
    }
}
