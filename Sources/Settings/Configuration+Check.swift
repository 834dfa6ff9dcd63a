import Foundation
import Rules
import Vocabulary

extension Reading {
    /// Checks that everything that is mentioned is defined, whatever else is wrong with the file.
    mutating func checkMentions() {
        for mention in mentions where mention.noun != .label {
            let known = (definitions[mention.noun] ?? []).map(\.name) + (mention.noun == .region ? ["frame"] : [])
            guard !known.contains(mention.word) else { continue }
            let noun = mention.noun.rawValue
            let hint =
                mention.noun == .channel && mention.word == "feed"
                ? "; the feed always has it, leave it out"
                : suggestion(for: mention.word, among: known)
            faults.append(
                SettingsFault(
                    file: file, line: mention.line, key: mention.key,
                    message: "there is no \(noun) \(quoted(mention.word)) in \(noun)s\(hint)"))
        }
    }
}

extension Configuration {
    /// What two sections do not agree about.
    func faultsBetweenSections() -> [SettingsFault] {
        var faults: [SettingsFault] = []
        for rule in ruleBook.rules {
            let looked = sources.filter { rule.sources.isEmpty || rule.sources.contains($0.name) }
            for region in rule.regions where !looked.contains(where: { $0.regions.contains { $0.name == region } }) {
                faults.append(
                    fault(
                        "rules[\(rule.name)].regions", region,
                        "none of the rule's sources has a region \(quoted(region))"))
            }
            let bySun = rule.active.first { "\($0)".contains("sun") }
            if let bySun, ruleBook.place == nil {
                faults.append(
                    fault(
                        "rules[\(rule.name)].active", nil,
                        "\(bySun) needs to know where the sun is: set latitude and longitude in place"))
            }
        }
        let state = standard(storage.directory)
        for source in sources where source.recursive && (state + "/").hasPrefix(standard(source.directory) + "/") {
            faults.append(
                fault(
                    "storage.directory", nil,
                    "\(storage.directory) lies in the directory of the source \(quoted(source.name)), which is looked "
                        + "through with all that is in it: kept pictures would come back as photos without end; "
                        + "put it elsewhere, or set recursive: false"))
        }
        for channel in channels {
            for entry in channel.only.labels where entry.hasPrefix("group:") {
                faults.append(
                    fault(
                        "channels[\(channel.name)].only.labels", entry,
                        "\(quoted(entry)) is no group of these settings; channels know no others, so list its labels "
                            + "in groups"))
            }
        }
        return faults
    }

    /// Labels and groups that are mentioned and that no installed model version has.
    /// - Parameter known: every label any version has, and every group of one as `group:NAME`; empty: no version is
    ///   installed, and nothing can be said of labels.
    public func faults(labels known: Set<String>) -> [SettingsFault] {
        guard !known.isEmpty else { return [] }
        let words = known.union(ruleBook.groups.keys.map { "group:\($0)" })
        return mentions.filter { $0.noun == .label && !words.contains($0.word) }.map { mention in
            let noun = mention.word.hasPrefix("group:") ? "group, nor is there one in groups" : "label"
            let hint = suggestion(for: mention.word, among: words)
            return SettingsFault(
                file: file, line: mention.line, key: mention.key,
                message: "no installed model has \(quoted(mention.word)) as a \(noun)\(hint)")
        }
    }

    /// A path from the root without dots, so that two can be compared.
    private func standard(_ path: String) -> String {
        let path = URL(filePath: path).standardizedFileURL.path
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private func fault(_ key: String, _ word: String?, _ message: String) -> SettingsFault {
        let line = mentions.first { $0.key == key && $0.word == word }?.line ?? line(ofKey: key)
        return SettingsFault(file: file, line: line, key: key, message: message)
    }

    /// The line of a key, as it was explained.
    private func line(ofKey key: String) -> Int? {
        explanations.first { $0.key == key }.flatMap { wholeNumber($0.from.split(separator: ":").last ?? "") }
    }
}
