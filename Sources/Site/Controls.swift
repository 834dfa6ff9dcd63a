import HTTPTypes
public import Store
public import Vocabulary

/// What the site can make the appliance do. Owned here, so that the site needs nothing of what stands behind it.
///
/// Each call returns soon; none may wait for a frame. What changes something is told who asks, and takes it down.
public protocol Controls: Sendable {
    /// The figures of now. Called for each page and each scrape: cheap.
    func status() async -> ApplianceStatus

    /// Lets actions start again.
    func arm(by asker: Asker) async throws

    /// Holds actions back and ends running ones.
    /// - Parameter duration: how long; nil: until armed again.
    func disarm(for duration: Duration?, by asker: Asker) async throws

    /// Keeps the label a person gave, for teaching.
    /// - Throws: ``ControlError`` where there is no such detection, or the label cannot be one.
    func correct(_ detection: DetectionID, label: String, by asker: Asker) async throws

    /// The same for a frame in which no rule saw anything.
    /// - Parameter region: nil: the first.
    func correct(frame: FrameID, region: String?, label: String, by asker: Asker) async throws

    /// Reads the settings again.
    /// - Throws: ``ControlError`` with all faults where they are refused; the old ones stay in force.
    func reload(by asker: Asker) async throws

    /// Fires an action with a sample.
    /// - Returns: how it ended, or that it still runs after 20 s.
    /// - Throws: ``ControlError`` where there is no such action.
    func testAction(_ name: String, by asker: Asker) async throws -> ActionReport

    /// Makes a thumbnail of a kept picture.
    /// - Returns: a JPEG; nil where the picture cannot be decoded.
    func thumbnail(of frame: FrameID) async throws -> [UInt8]?

    /// Frames that were claimed and not decided yet, newest first.
    /// - Parameter limit: at most so many.
    func backlog(limit: Int) async -> [FrameItem]
}

/// Why the appliance did not do what it was asked: a sentence that says what to do.
public struct ControlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault.
    public enum Kind: Sendable {
        /// There is no such thing.
        case notFound
        /// What was asked makes no sense or is refused.
        case refused
        /// It should have worked.
        case failed
    }

    /// What kind of fault.
    public var kind: Kind
    /// A sentence for people.
    public var message: String

    /// A fault with its sentence.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The sentence.
    public var description: String { message }

    var status: HTTPResponse.Status {
        switch kind {
        case .notFound: .notFound
        case .refused: .unprocessableContent
        case .failed: .internalServerError
        }
    }
}
