public import Vocabulary

/// One frame as the API shows it; its JSON is fixed in DESIGN section 10.
public struct FrameItem: Hashable, Sendable {
    /// How far the frame came.
    public enum State: String, Sendable, Codable, CaseIterable {
        case recorded, quarantined, noted
        /// Claimed and not yet decided: the store holds none of these, the appliance does.
        case backlog
    }

    /// What production said of one region.
    public struct RegionItem: Hashable, Sendable {
        /// The name of the region.
        public var region: String
        /// The most probable labels, best first, at most five.
        public var labels: [ScoredLabel]
        /// How strange it is to the version; nil where the version has no such score.
        public var unknown: Double?

        /// What production said of one region.
        public init(region: String, labels: [ScoredLabel], unknown: Double?) {
            self.region = region
            self.labels = labels
            self.unknown = unknown
        }
    }

    /// The identity of the frame.
    public var id: FrameID
    /// The time of the frame.
    public var time: Instant
    /// The source.
    public var source: String
    /// The file, absolute.
    public var path: String
    /// How far it came.
    public var state: State
    /// Why it is quarantined, or noted.
    public var reason: String?
    /// Decided after a newer frame of its source.
    public var late: Bool
    /// The version that answered; nil where none did.
    public var model: ModelID?
    /// Answers by region.
    public var regions: [RegionItem]
    /// Milliseconds by stage.
    public var timings: [Stage: Double]
    /// Whether `/frames/ID` has a picture.
    public var hasPicture: Bool
    /// Whether `/thumbnails/ID` has one.
    public var hasThumbnail: Bool
    /// Not in the JSON: milliseconds from file complete to action started or decision.
    public var latency: Double?
    /// Not in the JSON: milliseconds that were allowed.
    public var deadline: Double
    /// Not in the JSON: the stage that cost the time where the deadline was missed.
    public var missed: Stage?
    /// Not in the JSON: no picture of it is ever shown (`people: drop`).
    public var isWithheld: Bool
    /// Not in the JSON: rules whose probability was nearly reached.
    public var nearMisses: [String]

    /// A frame.
    public init(
        id: FrameID, time: Instant, source: String, path: String, state: State, reason: String? = nil,
        late: Bool = false, model: ModelID? = nil, regions: [RegionItem] = [], timings: [Stage: Double] = [:],
        hasPicture: Bool = false, hasThumbnail: Bool = false, latency: Double? = nil, deadline: Double = 0,
        missed: Stage? = nil, isWithheld: Bool = false, nearMisses: [String] = []
    ) {
        self.id = id
        self.time = time
        self.source = source
        self.path = path
        self.state = state
        self.reason = reason
        self.late = late
        self.model = model
        self.regions = regions
        self.timings = timings
        self.hasPicture = hasPicture
        self.hasThumbnail = hasThumbnail
        self.latency = latency
        self.deadline = deadline
        self.missed = missed
        self.isWithheld = isWithheld
        self.nearMisses = nearMisses
    }

    /// The best label of the best region: what a small picture is captioned with.
    public var best: ScoredLabel? {
        regions.compactMap(\.labels.first).max { $0.probability < $1.probability }
    }
}

extension FrameItem: Encodable {
    private enum Key: String, CodingKey {
        case id, time, source, path, state, reason, late, model, regions, picture, thumbnail
        case timings = "timings_ms"
    }

    /// Exactly the object of DESIGN section 10; what is absent is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(time, forKey: .time)
        try container.encode(source, forKey: .source)
        try container.encode(path, forKey: .path)
        try container.encode(state, forKey: .state)
        try container.encode(reason, forKey: .reason)
        try container.encode(late, forKey: .late)
        try container.encode(model, forKey: .model)
        try container.encode(regions, forKey: .regions)
        let named = Dictionary(uniqueKeysWithValues: timings.map { ($0.key.rawValue, $0.value) })
        try container.encode(named, forKey: .timings)
        try container.encode(hasPicture ? id.picturePath : nil, forKey: .picture)
        try container.encode(hasThumbnail ? id.thumbnailPath : nil, forKey: .thumbnail)
    }
}

extension FrameItem.RegionItem: Encodable {
    private enum Key: String, CodingKey { case region, labels, unknown }

    /// What is absent is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(region, forKey: .region)
        try container.encode(labels, forKey: .labels)
        try container.encode(unknown?.asFloat, forKey: .unknown)
    }
}

extension FrameID {
    /// Where the site serves the picture: `/frames/ID`.
    public var picturePath: String { "/frames/\(rawValue)" }
    /// Where the site serves the thumbnail: `/thumbnails/ID`.
    public var thumbnailPath: String { "/thumbnails/\(rawValue)" }
}
