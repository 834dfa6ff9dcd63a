import Foundation
import Rules
import TestSupport
import Testing
import Vocabulary

@testable import Settings

@Suite("Reading settings")
struct ReadTests {
    /// The example of the design, word by word.
    static let everything = """
        place: {name: Henhouse, latitude: 55.95, longitude: -3.19, time_zone: Europe/London}
        storage: {directory: /var/lib/rooster, budget: 4GB, keep_free: 1GB, keep_frames: 30d, keep_records: 365d, people: keep}
        model: {version: null, threads: 2}
        http: {listen: "127.0.0.1:8463", token_file: null, public_feeds: false}
        groups: {robbers: [jay, magpie, "grey fox"]}
        sources:
          - name: nest
            directory: /var/lib/motion
            pattern: "*.jpg"
            recursive: true
            watch: auto              # auto | inotify | poll
            deadline: 1s
            stale_after: 10s
            visit_gap: 1m
            after: leave             # leave | delete
            regions: [{name: left box, box: [0.10, 0.20, 0.40, 0.50]}]        # x, y, width, height
        rules:
          - name: jay on the eggs
            sources: [nest]
            regions: [left box]
            labels: [jay, "group:robbers"]
            probability: 0.6
            per_label: {magpie: 0.8}
            margin: 0.0
            confirm: {frames: 2, within: 5s}
            active: ["sunrise-30m..sunset"]
            days: [mon, tue, wed, thu, fri, sat, sun]
            veto: {labels: ["group:people"], probability: 0.3, within: 60s}
            cooldown: 30s
            action: sprinkler
            publish: [phone]
        actions:
          - name: sprinkler
            command: [/usr/local/bin/sprinkler, "{label}"]
            timeout: 10s
            grace: 2s
            at_once: 1
            when_busy: skip          # skip | queue
            at_most: 20/h
            dry_run: false
        channels:
          - name: phone
            kind: ntfy
            url: https://ntfy.example/henhouse
            when: start              # start | end (of the visit) | each (detection)
            only: {labels: [], rules: []}
            at_most: 10/h
            expires: 1d
        """

    @Test func everyKeyOfTheDesignIsRead() throws {
        let read = try settings(ReadTests.everything)
        #expect(read.place.name == "Henhouse" && read.place.timeZone.identifier == "Europe/London")
        #expect(
            read.storage
                == StorageSettings(
                    directory: "/var/lib/rooster", budget: 4_000_000_000, keepFree: 1_000_000_000,
                    keepFrames: .seconds(30 * 86_400), keepRecords: .seconds(365 * 86_400), people: .keep))
        #expect(read.model == ModelSettings(version: nil, threads: 2))
        #expect(read.http.host == "127.0.0.1" && read.http.port == 8_463 && read.http.tokenFile == nil)
        let source = try #require(read.sources.first)
        let box = Region(name: "left box", box: Box(x: 0.1, y: 0.2, width: 0.4, height: 0.5))
        #expect(
            source
                == SourceSettings(
                    name: "nest", directory: "/var/lib/motion", patterns: ["*.jpg"], recursive: true, watch: .auto,
                    deadline: .seconds(1), staleAfter: .seconds(10), silentAfter: .seconds(86_400),
                    visitGap: .seconds(60),
                    after: .leave, regions: [box]))
        let rule = Rule(
            name: "jay on the eggs", sources: ["nest"], regions: ["left box"], labels: ["jay", "group:robbers"],
            probability: 0.6, perLabel: ["magpie": 0.8], margin: 0,
            confirm: Rule.Confirmation(frames: 2, within: .seconds(5)),
            active: [ActiveInterval(start: .sunrise(offset: -30), end: .sunset(offset: 0))],
            veto: Rule.Veto(labels: ["group:people"], probability: 0.3, within: .seconds(60)),
            cooldown: .seconds(30), action: "sprinkler", publish: ["phone"])
        #expect(
            read.ruleBook
                == RuleBook(
                    rules: [rule], groups: ["robbers": ["jay", "magpie", "grey fox"]],
                    visitGaps: ["nest": .seconds(60)], place: Rules.Place(latitude: 55.95, longitude: -3.19),
                    timeZone: read.place.timeZone))
        #expect(
            read.actions == [
                ActionSettings(
                    name: "sprinkler", work: .command(["/usr/local/bin/sprinkler", "{label}"]),
                    atMost: Rate(count: 20, window: .seconds(3_600)))
            ])
        #expect(
            read.channels == [ChannelSettings(name: "phone", kind: .ntfy(.init(url: "https://ntfy.example/henhouse")))])
    }

    @Test func aCameraMayBeSilentForEverAndAChannelDeafToTroubles() throws {
        let read = try settings(
            """
            sources: [{name: nest, directory: /a, silent_after: null}, {name: yard, directory: /b, silent_after: 5m}]
            channels: [{name: phone, kind: ntfy, url: "https://ntfy.example/henhouse", troubles: false}]
            """)
        #expect(read.sources.map(\.silentAfter) == [nil, .seconds(300)])
        #expect(read.channels.map(\.troubles) == [false])
    }

    @Test func absentKeysHaveTheirPresets() throws {
        let read = try settings(
            """
            sources: [{name: nest, directory: /var/lib/motion}]
            rules: [{name: jay, labels: [jay], action: water, publish: [phone]}]
            actions: [{name: water, command: [water]}]
            channels: [{name: phone, kind: ntfy, url: "https://ntfy.example/henhouse"}]
            """)
        #expect(
            read.sources == [
                SourceSettings(
                    name: "nest", directory: "/var/lib/motion", patterns: ["*.jpg", "*.jpeg"], recursive: true,
                    watch: .auto, deadline: .seconds(1), staleAfter: .seconds(10), silentAfter: .seconds(86_400),
                    visitGap: .seconds(60), after: .leave, regions: [.wholeFrame])
            ])
        #expect(read.ruleBook.rules == [Rule(name: "jay", labels: ["jay"], action: "water", publish: ["phone"])])
        #expect(read.actions == [ActionSettings(name: "water", work: .command(["water"]))])
        #expect(
            read.channels == [ChannelSettings(name: "phone", kind: .ntfy(.init(url: "https://ntfy.example/henhouse")))])
        #expect(read.storage.directory == "/var/lib/rooster")
        #expect(read.ruleBook.timeZone == .current)
    }

    @Test func withoutSettingsAnyAnimalInTheCaptureDirectoryIsNoted() {
        let preset = Configuration.preset
        let here = FileManager.default.currentDirectoryPath
        #expect(preset.sources.map(\.directory) == ["\(here)/capture"])
        #expect(preset.storage.directory == "\(here)/rooster-state")
        #expect(preset.ruleBook.rules == [Rule(name: "animals", labels: ["group:animals"], probability: 0.8)])
        #expect(preset.actions.isEmpty && preset.channels.isEmpty && preset.file == nil)
    }

    @Test func theExampleOfTheRepositoryIsRight() throws {
        let path = SharedData.repository.appending(path: "docs/examples/rooster.yaml").path
        let example = try Configuration.load(path: path)
        #expect(example.ruleBook.rules.map(\.name) == ["robber on the eggs", "visitors"])
        #expect(example.actions.map(\.dryRun) == [true])
        #expect(example.channels.map(\.kind.name) == ["ntfy"])
    }

    @Test func theExamplesSpeakOfLabelsThatTheShippedModelHas() throws {
        struct Manifest: Decodable {
            var labels: [String]
            var groups: [String: [Int]]
        }
        let file = SharedData.repository.appending(path: "models/efficientnet-lite0/1/manifest.json")
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(contentsOf: file))
        let known = Set(manifest.labels).union(manifest.groups.keys.map { "group:\($0)" })
        let path = SharedData.repository.appending(path: "docs/examples/rooster.yaml").path
        #expect(try Configuration.load(path: path).faults(labels: known) == [])
        #expect(try settings(ConfigurationDocument.example).faults(labels: known) == [])
        #expect(Configuration.preset.faults(labels: known) == [])
    }

    @Test func relativePathsStartAtTheDirectoryOfTheFile() throws {
        let directory = try TemporaryDirectory()
        let text = """
            storage: {directory: state}
            http: {token_file: ./token}
            sources: [{name: nest, directory: ../photos}]
            actions: [{name: water, command: [./water, ./stays]}, {name: light, command: [light]}]
            """
        try text.write(toFile: directory.path("rooster.yaml"), atomically: true, encoding: .utf8)
        let read = try Configuration.load(path: directory.path("rooster.yaml"))
        #expect(read.storage.directory == directory.path("state"))
        #expect(read.http.tokenFile == directory.path("token"))
        #expect(read.sources.first?.directory == directory.url.path + "/../photos")
        #expect(read.actions.map(\.work) == [.command([directory.path("water"), "./stays"]), .command(["light"])])
    }

    @Test func aRequestHasItsOwnKeys() throws {
        let read = try settings(
            nest + """
                actions:
                  - {name: plug, url: "http://plug.local/on?l={label}", method: PUT, headers_file: plug.headers, body: '{"on":true}'}
                """)
        let request = ActionSettings.Request(
            url: "http://plug.local/on?l={label}", method: "PUT", headersFile: "/etc/rooster/plug.headers",
            body: #"{"on":true}"#)
        #expect(read.actions.map(\.work) == [.request(request)])
    }

    @Test func groupsOfTheSettingsAreSpelledOutForChannels() throws {
        let read = try settings(
            nest + """
                groups: {robbers: [jay, magpie]}
                rules: [{name: r, labels: [jay]}]
                channels: [{name: phone, kind: ntfy, url: "http://n/t", only: {labels: ["group:robbers", hen], rules: [r]}}]
                """)
        #expect(read.channels.first?.only == ChannelSettings.Only(labels: ["jay", "magpie", "hen"], rules: ["r"]))
    }

    @Test func eachKeyInForceSaysWhereItComesFrom() throws {
        let lines = try settings(
            """
            http: {listen: "[::1]:80"}
            sources:
              - name: nest
                directory: photos
                deadline: 1500ms
            rules:
              - name: jay on the eggs
                labels: ["group:robbers", jay]
                veto: {labels: [person]}
            groups: {robbers: [jay]}
            """
        ).explain().map(\.description)
        for line in [
            "place.name: Henhouse (preset)", "storage.budget: 4GB (preset)",
            "http.listen: \"[::1]:80\" (rooster.yaml:1)",
            "groups: {robbers: [jay]} (rooster.yaml:10)",
            "sources[nest].directory: /etc/rooster/photos (rooster.yaml:4)",
            "sources[nest].deadline: 1s500ms (rooster.yaml:5)",
            "sources[nest].pattern: [\"*.jpg\", \"*.jpeg\"] (preset)", "sources[nest].regions: [] (preset)",
            "rules[jay on the eggs].labels: [\"group:robbers\", jay] (rooster.yaml:8)",
            "rules[jay on the eggs].confirm.frames: 1 (preset)",
            "rules[jay on the eggs].veto.labels: [person] (rooster.yaml:9)",
            "rules[jay on the eggs].veto.within: 1m (preset)", "rules[jay on the eggs].action: null (preset)",
            "actions: [] (preset)",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
    }

    @Test func headingsWithNothingUnderThemAreNone() throws {
        let read = try settings("storage:\nrules:\nactions:\n" + nest)
        #expect(read.ruleBook.rules.isEmpty && read.storage.directory == "/var/lib/rooster")
    }
}
