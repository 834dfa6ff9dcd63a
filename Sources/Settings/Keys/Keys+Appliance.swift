import Foundation
import Rules
import Vocabulary

extension Keys {
    enum OfPlace {
        static let name = Key("name", Kind.text, preset: "Henhouse", "What page and feeds are called.")
        static let latitude = Key(
            "latitude", Kind.number(-90...90).optional, preset: "null",
            "Degrees, north positive. Sun times need it.")
        static let longitude = Key(
            "longitude", Kind.number(-180...180).optional, preset: "null",
            "Degrees, east positive. Sun times need it.")
        static let timeZone = Key(
            "time_zone", Kind.timeZone.optional, preset: "null",
            "The zone in which schedules are read; null: that of the system.")

        static let section = Section(
            "the place", [AnyKey(name), AnyKey(latitude), AnyKey(longitude), AnyKey(timeZone)])
        static let kind = Kind.section(section) { values, reading -> PlaceSettings? in
            let (latitude, longitude) = (values[latitude], values[longitude])
            guard (latitude == nil) == (longitude == nil) else {
                reading.fault(values.node, "latitude and longitude go together")
                return nil
            }
            return PlaceSettings(
                name: values[name], latitude: latitude, longitude: longitude,
                timeZone: values[timeZone] ?? TimeZone.current)
        }
    }

    enum OfStorage {
        static let directory = Key("directory", Kind.path, preset: "/var/lib/rooster", "The state directory.")
        static let budget = Key(
            "budget", Kind.size(1_000_000...1_000_000_000_000_000), preset: "4GB",
            "All that Rooster writes into the state directory but models and caches, as `du` counts it, with a reserve of "
                + "8 MiB; beyond, the oldest unremarkable pictures go. Below 50MB little is kept.")
        static let keepFree = Key(
            "keep_free", Kind.size(0...1_000_000_000_000_000), preset: "1GB",
            "So much of the file system stays free.")
        static let keepFrames = Key(
            "keep_frames", Kind.duration(.seconds(60)...(.seconds(36_500 * 86_400))), preset: "30d",
            "How long pictures are kept.")
        static let keepRecords = Key(
            "keep_records", Kind.duration(.seconds(60)...(.seconds(36_500 * 86_400))), preset: "365d",
            "How long records are kept.")
        static let people = Key(
            "people", Kind<StorageSettings.People>.choice, preset: "keep",
            "`drop`: no picture in which `group:people` reaches 0.3 is kept or published. Needs a model that knows "
                + "people; ImageNet hardly does.")

        static let section = Section(
            "the storage",
            [
                AnyKey(directory), AnyKey(budget), AnyKey(keepFree), AnyKey(keepFrames), AnyKey(keepRecords),
                AnyKey(people),
            ])
        static let kind = Kind.section(section) { values, _ -> StorageSettings? in
            StorageSettings(
                directory: values[directory], budget: values[budget], keepFree: values[keepFree],
                keepFrames: values[keepFrames], keepRecords: values[keepRecords], people: values[people])
        }
    }

    enum OfModel {
        static let version = Key(
            "version",
            Kind<ModelID>("`NAME/VERSION`", expected: "NAME/VERSION, such as efficientnet-lite0/1", show: \.description)
            {
                ModelID($0)
            }.optional, preset: "null", "Which model version answers; null: the one the registry names as production.")
        static let threads = Key(
            "threads", Kind.integer(1...4), preset: "2", "Cores for the network; never more than the machine has."
        )

        static let section = Section("the model", [AnyKey(version), AnyKey(threads)])
        static let kind = Kind.section(section) { values, _ -> ModelSettings? in
            ModelSettings(version: values[version], threads: values[threads])
        }
    }

    enum OfHTTP {
        static let listen = Key(
            "listen", Kind.listen, preset: "\"127.0.0.1:8463\"",
            "Where the page is served. Beyond this machine (`0.0.0.0:8463`) only with a token.")
        static let tokenFile = Key(
            "token_file", Kind.path.optional, preset: "null",
            "A file with the token: bearer token for programs, password for browsers (any user name).")
        static let publicFeeds = Key(
            "public_feeds", Kind.flag, preset: "false", "Feeds and their pictures need no token.")

        static let section = Section("the page", [AnyKey(listen), AnyKey(tokenFile), AnyKey(publicFeeds)])
        static let kind = Kind.section(section) { values, reading -> HTTPSettings? in
            let http = HTTPSettings(
                listen: values[listen], tokenFile: values[tokenFile], publicFeeds: values[publicFeeds])
            guard http.listen.isLoopback || http.tokenFile != nil else {
                reading.fault(
                    values.nodes["listen"],
                    "listen: \(http.listen) can be reached from other machines; set token_file, or listen on 127.0.0.1")
                return nil
            }
            return http
        }
    }

    enum OfSource {
        static let name = Key("name", required: Kind.name(of: .source), "Unique; part of every frame's identity.")
        static let directory = Key("directory", required: Kind.path, "Where the camera writes.")
        static let pattern = Key(
            "pattern", Kind.list(.text, atLeast: 1, orSingle: true, of: "globs"), preset: #"["*.jpg", "*.jpeg"]"#,
            "What its files are called, in any case; one glob or a list.")
        static let recursive = Key("recursive", Kind.flag, preset: "true", "Directories below are watched too.")
        static let watch = Key(
            "watch", Kind<SourceSettings.Watch>.choice, preset: "auto",
            "`poll` looks every now and then: for network shares that inotify cannot see. `auto` finds out.")
        static let deadline = Key(
            "deadline", Kind.duration(.milliseconds(10)...(.seconds(3_600))), preset: "1s",
            "From file complete to action started. Misses are counted by cause.")
        static let staleAfter = Key(
            "stale_after", Kind.duration(.milliseconds(10)...(.seconds(86_400))), preset: "10s",
            "An older frame is recorded and fires nothing.")
        static let silentAfter = Key(
            "silent_after", Kind.duration(.seconds(60)...(.seconds(365 * 86_400))).optional, preset: "1d",
            "Without a picture for so long the camera is called silent: a little more than its longest usual pause. "
                + "null: never.")
        static let visitGap = Key(
            "visit_gap", Kind.duration(.milliseconds(10)...(.seconds(86_400))), preset: "1m",
            "Detections of one label less than this apart are one visit.")
        static let after = Key(
            "after", Kind<SourceSettings.After>.choice, preset: "leave",
            "`delete` removes a file once its record is durable, its picture kept and its action ended.")
        static let regions = Key(
            "regions", Kind.sections(OfRegion.section, build: OfRegion.build), preset: "[]",
            "Named rectangles, each classified by itself; without any, the whole frame is the region `frame`.")

        static let section = Section(
            "a source",
            [
                AnyKey(name), AnyKey(directory), AnyKey(pattern), AnyKey(recursive), AnyKey(watch), AnyKey(deadline),
                AnyKey(staleAfter), AnyKey(silentAfter), AnyKey(visitGap), AnyKey(after), AnyKey(regions),
            ])

        @Sendable static func build(_ values: Values, _ reading: inout Reading) -> SourceSettings? {
            let regions = values[regions]
            return SourceSettings(
                name: values[name], directory: values[directory], patterns: values[pattern],
                recursive: values[recursive], watch: values[watch], deadline: values[deadline],
                staleAfter: values[staleAfter], silentAfter: values[silentAfter], visitGap: values[visitGap],
                after: values[after], regions: regions.isEmpty ? [.wholeFrame] : regions)
        }
    }

    enum OfRegion {
        static let name = Key("name", required: Kind.name(of: .region), "Unique within its source.")
        static let box = Key("box", required: Kind.box, "Fractions of the upright picture, from its upper left corner.")

        static let section = Section("a region", [AnyKey(name), AnyKey(box)])

        @Sendable static func build(_ values: Values, _ reading: inout Reading) -> Region? {
            Region(name: values[name], box: values[box])
        }
    }
}
