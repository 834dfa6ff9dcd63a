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
        let detection: DetectionItem
        let text: String
        switch item.kind {
        case .end:
            guard let visit = try await store.visit(item.visit) else { return nil }
            detection = visit.best
            text = words.sentence(visit, now: now)
        case .start, .each:
            guard let seen = try await store.detection(item.detection ?? item.visit) else { return nil }
            detection = seen
            text = words.sentence(seen, now: now)
        }
        return ChannelMessage(
            key: item.key, kind: item.kind, title: words.title(detection), text: text, detection: detection,
            picture: await picture(of: detection))
    }

    private func picture(of detection: DetectionItem) async -> ChannelMessage.Picture? {
        var bytes: [UInt8]?
        if let path = try? await store.picturePath(of: detection.frame) {
            bytes = await readFile(path, limit: Self.largestPicture)
        }
        if bytes.map(isJPEG) != true {
            guard let path = await store.thumbnailPath(of: detection.frame) else { return nil }
            bytes = await readFile(path, limit: Self.largestPicture)
        }
        guard let bytes, isJPEG(bytes) else { return nil }
        let word = detection.label.utf8.map { byte in
            isLetterOrDigit(byte) ? Character(Unicode.Scalar(byte)) : "-"
        }
        return ChannelMessage.Picture(bytes: bytes, name: "\(String(word))-\(detection.id).jpg")
    }

    private func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}
