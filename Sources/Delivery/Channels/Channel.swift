public import Store
public import Vocabulary

/// A way to tell people or programs of visits and of cameras in trouble. A new kind is one file in this folder, a case of ``ChannelSettings/Kind``
/// and rows of the settings; the contract tests of the channels are run on it.
public protocol Channel: Sendable {
    /// Delivers one message; returns when the other side has taken it. Called for one message at a time. Knows nothing
    /// of the outbox: neither tries again nor waits, and gives up within a time limit of its own.
    ///
    /// The same message may come again after a crash, with the same ``ChannelMessage/key``.
    func deliver(_ message: ChannelMessage) async throws(DeliveryFailure)
}

/// What is to be told.
public struct ChannelMessage: Sendable {
    /// A JPEG.
    public struct Picture: Sendable {
        /// The bytes.
        public var bytes: [UInt8]
        /// A name for the file: ASCII, ends in `.jpg`.
        public var name: String
    }

    /// What a message can tell of.
    public enum Subject: Sendable {
        /// A detection; of a whole visit the one with the best picture.
        case detection(DetectionItem)
        /// A source in trouble, or out of it again.
        case condition(ConditionReport)
    }

    /// The same for the same message after any crash.
    public var key: String
    /// What it tells of.
    public var kind: OutboxItem.Kind
    /// A few words: what, and at which camera.
    public var title: String
    /// One sentence: "Jay seen 07:42, sprinkler fired after 84 ms".
    public var text: String
    /// What it tells of.
    public var subject: Subject
    /// The picture; nil where none is kept, or none may be shown.
    public var picture: Picture?

    /// What is to be told.
    public init(
        key: String, kind: OutboxItem.Kind, title: String, text: String, subject: Subject,
        picture: Picture? = nil
    ) {
        self.key = key
        self.kind = kind
        self.title = title
        self.text = text
        self.subject = subject
        self.picture = picture
    }
}

/// Why a message was not delivered: a sentence without secrets, and what that means for the next try.
public enum DeliveryFailure: Error, Hashable, Sendable {
    /// It may work later: no connection, an overloaded server. `after`: how long the other side asks to be left alone.
    case later(String, after: Duration? = nil)
    /// Nothing will work until a person puts the settings right; the message waits.
    case misconfigured(String)
    /// This message will never be taken; others may be.
    case refused(String)

    /// The sentence.
    public var sentence: String {
        switch self {
        case .later(let sentence, _), .misconfigured(let sentence), .refused(let sentence): sentence
        }
    }
}

/// The channel that settings describe.
func makeChannel(_ settings: ChannelSettings, client: HTTPClient) -> any Channel {
    switch settings.kind {
    case .ntfy(let ntfy): NtfyChannel(name: settings.name, settings: ntfy, client: client)
    }
}
