import Rules
import Vocabulary

/// The table of all keys. A setting is a row here, and a line where its section is built.
enum Keys {
    static let place = Key("place", OfPlace.kind, preset: "{}", "Where the appliance stands.")
    static let storage = Key("storage", OfStorage.kind, preset: "{}", "What is kept, where and for how long.")
    static let model = Key("model", OfModel.kind, preset: "{}", "Which model version answers.")
    static let http = Key("http", OfHTTP.kind, preset: "{}", "Where page, feeds and API are served.")
    static let groups = Key(
        "groups",
        Kind<[String]>.list(Kind.label, atLeast: 1, of: "labels").map(named: "name") { name, node, reading in
            guard !name.contains(":") else {
                reading.fault(node, "is the name of a group, without 'group:' before it")
                return false
            }
            return true
        }, preset: "{}",
        "Labels under one name. Rules speak of them as `group:NAME`; they come before groups of the model of that name."
    )
    static let sources = Key(
        "sources", required: Kind.sections(OfSource.section, atLeast: 1, build: OfSource.build),
        "The capture directories. At least one.")
    static let rules = Key(
        "rules", Kind.sections(OfRule.section, build: OfRule.build), preset: "[]",
        "What is worth noticing, and what that sets off. Without any, frames are only recorded.")
    static let actions = Key(
        "actions", Kind.sections(OfAction.section, build: OfAction.build), preset: "[]",
        "What rules set off on the spot: programs and HTTP requests.")
    static let channels = Key(
        "channels", Kind.sections(OfChannel.section, build: OfChannel.build), preset: "[]",
        "Where visits are published afterwards, beside the feed.")

    /// The file.
    static let section = Section(
        "a settings file",
        [
            AnyKey(place), AnyKey(storage), AnyKey(model), AnyKey(http), AnyKey(groups), AnyKey(sources),
            AnyKey(rules), AnyKey(actions), AnyKey(channels),
        ])
}

extension Kind where Value == [String] {
    /// A list of one kind of word.
    static func list(
        _ kind: Kind<String>, atLeast least: Int = 0, orSingle single: Bool = false, of plural: String
    ) -> Kind<[String]> {
        kind.list(atLeast: least, orSingle: single, of: plural)
    }
}
