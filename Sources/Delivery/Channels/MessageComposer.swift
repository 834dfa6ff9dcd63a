internal import Store
internal import Vocabulary

/// Makes messages of what the record holds.
struct MessageComposer: Sendable {
    let store: Store
    let words: MessageWords

    /// A larger picture is not sent, its thumbnail is: the limit of the public ntfy server, and enough for a phone.
    static let largestPicture = 2_000_000

    /// The message of an item of the outbox; nil where the record no longer holds what it tells of.
    func message(_ item: OutboxItem, now: Instant) async throws(StoreError) -> ChannelMessage? {
        switch item.kind {
        case .end:
            guard let id = item.visit, let visit = try await store.visit(id) else { return nil }
            return await message(item, of: visit.best, words.sentence(visit, now: now))
        case .start, .each:
            guard let id = item.detection ?? item.visit, let seen = try await store.detection(id) else { return nil }
            return await message(item, of: seen, words.sentence(seen, now: now))
        case .began, .over:
            guard let id = item.condition, let condition = try await store.condition(id) else { return nil }
            var picture: ChannelMessage.Picture?
            // Of what is over the picture shows nothing any more.
            if item.kind == .began, let frame = condition.frame {
                picture = await self.picture(of: frame, name: "\(condition.condition.rawValue)-\(frame)")
            }
            return ChannelMessage(
                key: item.key, kind: item.kind, title: words.title(condition),
                text: item.kind == .began ? words.began(condition, now: now) : words.over(condition),
                subject: .condition(condition), picture: picture)
        }
    }

    private func message(_ item: OutboxItem, of detection: DetectionItem, _ text: String) async -> ChannelMessage {
        let word = String(
            detection.label.utf8.map { isLetterOrDigit($0) ? Character(Unicode.Scalar($0)) : "-" })
        return ChannelMessage(
            key: item.key, kind: item.kind, title: words.title(detection), text: text,
            subject: .detection(detection),
            picture: await picture(of: detection.frame, name: "\(word)-\(detection.id)"))
    }

    /// - Parameter name: ASCII, without the ending.
    private func picture(of frame: FrameID, name: String) async -> ChannelMessage.Picture? {
        var bytes: [UInt8]?
        if let path = try? await store.picturePath(of: frame) {
            bytes = await readFile(path, limit: Self.largestPicture)
        }
        if bytes.map(isJPEG) != true {
            guard let path = await store.thumbnailPath(of: frame) else { return nil }
            bytes = await readFile(path, limit: Self.largestPicture)
        }
        guard let bytes, isJPEG(bytes) else { return nil }
        return ChannelMessage.Picture(bytes: bytes, name: "\(name).jpg")
    }

    private func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}
