import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Settings

@Suite("What is wrong with settings")
struct FaultTests {
    @Test func anUnknownKeyIsNamedWithItsLineAndTheNearestWord() {
        #expect(
            faults(nest + "rules:\n  - name: jay\n    labels: [jay]\n    probabilty: 0.5\n") == [
                "rooster.yaml:5: rules[jay]: unknown key 'probabilty'; did you mean 'probability'?"
            ])
        #expect(faults(nest + "colour: red\n") == ["rooster.yaml:2: unknown key 'colour'"])
    }

    @Test func stateInsideAWatchedDirectoryWouldFeedItself() {
        func found(_ state: String, _ source: String) -> [String] {
            faults("storage: {directory: \(state)}\nsources: [{name: nest, directory: \(source)}]\n")
        }
        for (state, source) in [
            ("/srv/photos/rooster", "/srv/photos"), ("/srv/photos", "/srv/photos/"),
            ("/srv/a/../photos/x", "/srv/photos"),
        ] {
            #expect(found(state, source).count == 1)
            #expect(found(state, source).first?.contains("lies in the directory of the source 'nest'") == true)
        }
        #expect(found("/srv/photos-state", "/srv/photos").isEmpty)
        #expect(found("/srv", "/srv/photos").isEmpty)
        #expect(found("/srv/photos/rooster", "/srv/photos, recursive: false").isEmpty)
    }

    @Test func allFaultsAreReportedAtOnceInTheOrderOfLines() {
        let text = """
            storage: {directory: /var/lib/rooster, budget: 4}
            sources:
              - name: nest
                deadline: 1 fortnight
                watch: inotfy
            rules:
              - {name: jay, labels: [], probability: 1.2, action: sprinkler}
              - {name: jay, labels: [jay], cooldown: 30}
            """
        let found = faults(text)
        let lines = found.map { String($0.split(separator: ":")[1]) }
        #expect(lines == ["1", "3", "4", "5", "7", "7", "7", "8", "8"])
        #expect(found[0].contains("storage.budget: takes a size"))
        #expect(found[1].contains("sources[nest].directory: is missing"))
        #expect(found[2].contains("takes a duration, 10ms to 1h, with its unit (ms, s, m, h, d), not '1 fortnight'"))
        #expect(found[3].contains("takes one of auto, inotify, poll, not 'inotfy'; did you mean 'inotify'?"))
        #expect(found.contains { $0.contains("rules[jay].labels: is an empty list") })
        #expect(found.contains { $0.contains("rules[jay].probability: takes a number, 0 to 1, not '1.2'") })
        #expect(found.contains { $0.contains("rules[jay].action: there is no action 'sprinkler' in actions") })
        #expect(found.contains { $0.contains("there is a rule 'jay' already in line 7; names are unique") })
        #expect(found.contains { $0.contains("rules[jay].cooldown: takes a duration") && $0.contains("not '30'") })
    }

    @Test(arguments: [
        ("storage: {keep_frames: 4GB}", "takes a duration"), ("storage: {budget: 30d}", "takes a size"),
        ("model: {threads: 5}", "takes a whole number, 1 to 4, not '5'"), ("model: {threads: two}", "not 'two'"),
        ("model: {threads: \"2\"}", "takes a whole number"), ("model: {version: lite0}", "takes NAME/VERSION"),
        ("http: {listen: 8463}", "takes an address and a port"), ("http: {listen: \"::1:80\"}", "takes an address"),
        ("http: {listen: \"127.0.0.1:99999\"}", "takes an address"),
        ("http: {public_feeds: yes}", "takes true or false"),
        ("place: {latitude: 91, longitude: 0}", "takes a number, -90 to 90"),
        ("place: {latitude: .nan, longitude: 0}", "takes a number"),
        ("place: {latitude: 50}", "latitude and longitude go together"),
        ("place: {time_zone: Europe/Londn}", "did you mean 'Europe/London'?"), ("place: here", "takes keys and values"),
        ("groups: {robbers: []}", "is an empty list"), ("groups: {\"group:x\": [jay]}", "is the name of a group"),
        ("groups: {robbers: [\"group:birds\"]}", "groups do not hold groups"), ("groups: [jay]", "takes {name:"),
        ("rules: {name: jay}", "takes a list, one entry for a rule each"),
        ("rules: [jay]", "takes keys and values (a rule)"),
        ("rules: [{name: jay, labels: jay}]", "takes a list of labels"),
        ("rules: [{name: jay, labels: [\"group:\"]}]", "takes group:NAME"),
        ("rules: [{name: \" jay\", labels: [jay]}]", "takes a name"), ("rules: [{labels: [jay]}]", "name: is missing"),
        ("rules: [{name: jay, labels: [jay], active: [\"sunrice..sunset\"]}]", "takes an interval"),
        ("rules: [{name: jay, labels: [jay], active: [\"25:00..26:00\"]}]", "takes an interval"),
        ("rules: [{name: jay, labels: [jay], active: [\"sunrise-13h..sunset\"]}]", "takes an interval"),
        ("rules: [{name: jay, labels: [jay], active: [\"sunrise..12:00\"]}]", "set latitude and longitude in place"),
        ("rules: [{name: jay, labels: [jay], days: [monday]}]", "takes one of mon, tue"),
        ("rules: [{name: jay, labels: [jay], days: []}]", "is an empty list"),
        ("rules: [{name: jay, labels: [jay], confirm: {frames: 0}}]", "takes a whole number, 1 to 100"),
        ("rules: [{name: jay, labels: [jay], confirm: 2}]", "takes keys and values (a confirmation)"),
        ("rules: [{name: jay, labels: [jay], veto: {probability: 0.3}}]", "labels: is missing"),
        (
            "rules: [{name: jay, labels: [jay], sources: [nset]}]",
            "there is no source 'nset' in sources; did you mean 'nest'?"
        ),
        ("rules: [{name: jay, labels: [jay], regions: [box]}]", "there is no region 'box' in regions"),
        ("rules: [{name: jay, labels: [jay], publish: [phone]}]", "there is no channel 'phone' in channels"),
        ("rules: [{name: jay, labels: [jay], publish: [feed]}]", "the feed always has it, leave it out"),
        ("rules: [{name: jay, labels: [jay], per_label: {jay: high}}]", "per_label.jay: takes a number"),
        ("actions: [{name: a}]", "give it a command or a url"),
        ("actions: [{name: a, command: [a], url: \"http://a\"}]", "has a command and a url"),
        ("actions: [{name: a, command: []}]", "is an empty list"),
        ("actions: [{name: a, command: [\"\", b]}]", "names no program"),
        ("actions: [{name: a, command: a -b}]", "takes a list of"),
        ("actions: [{name: a, url: \"ftp://a\"}]", "takes an http or https URL"),
        ("actions: [{name: a, url: \"http:///x\"}]", "takes an http or https URL"),
        ("actions: [{name: a, command: [a], method: GET}]", "'method' belongs to a url"),
        ("actions: [{name: a, command: [a], at_most: 20}]", "takes a rate such as 20/h"),
        ("actions: [{name: a, command: [a], at_most: 0/h}]", "takes a rate such as 20/h"),
        ("channels: [{name: c, url: \"http://a\"}]", "key 'kind' is missing"),
        ("channels: [{name: c, kind: ntfy}]", "url: is missing"),
        (
            "channels: [{name: c, kind: ntfyy, url: \"http://a\"}]",
            "unknown kind 'ntfyy'; this version knows ntfy; did you mean"
        ),
        (
            "channels: [{name: c, kind: ntfy, url: \"http://a/b\", only: {labels: [\"group:x\"]}}]",
            "'group:x' is no group of these"
        ),
        ("storage:\n  budget: 4GB\n  budget: 5GB", "'budget' stands twice in one place"),
    ])
    func aWrongValueIsRefusedWithWhatItTakes(text: String, words: String) throws {
        let found = faults(nest + text)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(words) == true, "\(found)")
        #expect(found.first?.hasPrefix("rooster.yaml:") == true)
        let line = try #require(found.first?.split(separator: ":").dropFirst().first.flatMap { Int($0) })
        #expect(line >= 2)
    }

    @Test(arguments: ["webhook", "mqtt", "mastodon"])
    func aChannelKindThatIsNotBuiltYetIsUnknown(kind: String) {
        let found = faults(nest + "channels: [{name: c, kind: \(kind), url: \"http://a\", topic: x}]")
        #expect(found == ["rooster.yaml:2: channels[c].kind: unknown kind '\(kind)'; this version knows ntfy"])
    }

    @Test func settingsWithoutASourceAreRefused() {
        #expect(
            faults("rules: []") == ["rooster.yaml:1: sources: is missing: a settings file needs it"])
        #expect(faults("sources: []") == ["rooster.yaml:1: sources: is empty; at least a source is needed"])
        #expect(faults("")[0].contains("is empty; a source is needed"))
        #expect(faults("# nothing\n")[0].contains("is empty; a source is needed"))
    }

    @Test(arguments: ["0.0.0.0:8463", "192.168.1.5:80", "[::]:80", "henhouse.local:80", "127.0.0.256:80", "127.1:80"])
    func beyondThisMachineATokenIsNeeded(address: String) {
        let found = faults(nest + "http:\n  listen: \"\(address)\"\n")
        #expect(found.count == 1 && found[0].contains("set token_file, or listen on 127.0.0.1"), "\(found)")
        #expect(faults(nest + "http: {listen: \"\(address)\", token_file: /etc/rooster/token}").isEmpty)
    }

    @Test(arguments: ["127.0.0.1:8463", "127.3.2.1:1", "[::1]:80", "localhost:0"])
    func onThisMachineNoTokenIsNeeded(address: String) {
        #expect(faults(nest + "http: {listen: \"\(address)\"}").isEmpty)
    }

    @Test(arguments: [
        "[0, 0, 1, 1.1]", "[-0.1, 0, 0.5, 0.5]", "[0.6, 0, 0.5, 0.5]", "[0, 0, 0, 0.5]", "[0, 0, 1]", "[0, 0, 1, 1, 1]",
        "1",
        "[0, 0, 1, x]", "[0, 0, .inf, 1]",
    ])
    func aRegionOutsideThePictureIsRefused(box: String) {
        let found = faults("sources: [{name: n, directory: d, regions: [{name: r, box: \(box)}]}]")
        #expect(found.count == 1 && found[0].contains("sources[n].regions[r].box"), "\(found)")
    }

    @Test func regionsAreUniqueWithinTheirSourceAlone() {
        let region = "regions: [{name: box, box: [0, 0, 1, 1]}"
        #expect(
            faults("sources: [{name: a, directory: a, \(region)]}, {name: b, directory: b, \(region)]}]").isEmpty)
        #expect(
            faults("sources: [{name: a, directory: a, \(region), {name: box, box: [0, 0, 1, 1]}]}]").count == 1)
    }

    @Test func aRegionThatTheRulesSourcesLackIsRefused() {
        let text = """
            sources:
              - {name: a, directory: a, regions: [{name: box, box: [0, 0, 1, 1]}]}
              - {name: b, directory: b}
            rules:
              - {name: r, labels: [jay], sources: [b], regions: [box]}
              - {name: s, labels: [jay], sources: [b], regions: [frame]}
            """
        #expect(
            faults(text) == ["rooster.yaml:5: rules[r].regions: none of the rule's sources has a region 'box'"])
    }

    @Test func labelsThatNoInstalledModelHasAreNamedWithTheirLines() throws {
        let read = try settings(
            """
            sources: [{name: nest, directory: d}]
            groups: {robbers: [jay, mapgie]}
            rules:
              - name: r
                labels: [jay, "group:robbers", "group:animals", "group:martens"]
                per_label: {jya: 0.5}
                veto: {labels: [persn]}
            """)
        let found = read.faults(labels: ["jay", "magpie", "person", "group:animals"]).map(\.description)
        #expect(
            found == [
                "rooster.yaml:2: groups.robbers: no installed model has 'mapgie' as a label; did you mean 'magpie'?",
                "rooster.yaml:5: rules[r].labels: no installed model has 'group:martens' as a group, nor is there one in groups",
                "rooster.yaml:6: rules[r].per_label.jya: no installed model has 'jya' as a label; did you mean 'jay'?",
                "rooster.yaml:7: rules[r].veto.labels: no installed model has 'persn' as a label; did you mean 'person'?",
            ])
        #expect(read.faults(labels: []).isEmpty)
        // A label that only the version in use lacks is no fault: the rule is idle.
        #expect(read.ruleBook.idleRules(with: Labels(names: ["hen"], groups: [:])) == ["r"])
    }

    @Test func aFileThatIsMissingTooLargeOrNoTextIsRefused() throws {
        let directory = try TemporaryDirectory()
        func message(_ name: String) -> String {
            do {
                _ = try Configuration.load(path: directory.path(name))
                return ""
            } catch {
                return error.description
            }
        }
        #expect(message("none.yaml") == directory.path("none.yaml") + ": is not there")
        try Data(repeating: 0x23, count: 300_000).write(to: directory.url.appending(path: "large.yaml"))
        #expect(message("large.yaml").contains("is larger than 256 KiB"))
        try Data([0xFF, 0xFE, 0x00]).write(to: directory.url.appending(path: "bytes.yaml"))
        #expect(message("bytes.yaml").contains("is not UTF-8 text"))
        #expect(message("").contains("cannot be read") || message("").contains("is not there"))
    }
}
