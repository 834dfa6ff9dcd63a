/// A place where visits are published, and how (DESIGN section 4): one entry of `channels` in the settings.
public struct ChannelSettings: Hashable, Sendable {
    /// The protocol a channel speaks, with its own keys. A kind is added here, in `Delivery/Channels` and as rows of the
    /// settings.
    public enum Kind: Hashable, Sendable {
        /// Push messages through an ntfy server.
        case ntfy(Ntfy)

        /// The word in the settings.
        public var name: String {
            switch self {
            case .ntfy: "ntfy"
            }
        }
    }

    /// Push messages through an ntfy server.
    public struct Ntfy: Hashable, Sendable {
        /// Server and topic: `https://ntfy.example/henhouse`.
        public var url: String
        /// A file that holds the access token; nil where the topic is open.
        public var tokenFile: String?
        /// 1 (least) to 5 (most urgent); nil leaves it to the server.
        public var priority: Int?
        /// Words or names of emoji shown with the message.
        public var tags: [String]
        /// What a tap on the message opens: an address of Rooster's page that the phone can reach. May hold the
        /// placeholders of actions and `{visit}`.
        public var click: String?

        /// Push messages to a topic.
        public init(
            url: String, tokenFile: String? = nil, priority: Int? = nil, tags: [String] = [], click: String? = nil
        ) {
            self.url = url
            self.tokenFile = tokenFile
            self.priority = priority
            self.tags = tags
            self.click = click
        }
    }

    /// What is told.
    public enum When: String, Sendable, Codable, CaseIterable {
        /// A visit, once, when it begins.
        case start
        /// A visit, once, when it has ended.
        case end
        /// Every detection.
        case each
    }

    /// What a channel takes; empty lists take everything.
    public struct Only: Hashable, Sendable {
        /// Names of labels (groups of the settings are spelled out by whoever reads the settings).
        public var labels: [String]
        /// Names of rules.
        public var rules: [String]

        /// What a channel takes.
        public init(labels: [String] = [], rules: [String] = []) {
            self.labels = labels
            self.rules = rules
        }

        /// Whether a detection of `label` by `rule` is for this channel.
        public func takes(label: String, rule: String) -> Bool {
            (labels.isEmpty || labels.contains(label)) && (rules.isEmpty || rules.contains(rule))
        }
    }

    /// The name by which rules publish to it.
    public var name: String
    /// The protocol it speaks.
    public var kind: Kind
    /// What is told.
    public var when: When
    /// What it takes.
    public var only: Only
    /// Whether it also tells of troubles of sources, and when they are over.
    public var troubles: Bool
    /// How many messages within a window that slides; more are recorded as limited.
    public var atMost: Rate
    /// For how long a message that could not be delivered is worth trying.
    public var expires: Duration

    /// A channel with the presets of DESIGN section 4.
    public init(
        name: String, kind: Kind, when: When = .start, only: Only = Only(), troubles: Bool = true,
        atMost: Rate = Rate(count: 10, window: .seconds(3_600)), expires: Duration = .seconds(86_400)
    ) {
        self.name = name
        self.kind = kind
        self.when = when
        self.only = only
        self.troubles = troubles
        self.atMost = atMost
        self.expires = expires
    }
}
