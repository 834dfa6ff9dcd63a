// Identities are made from what a thing is, never from a counter: known before anything is stored, and the same after
// a crash. 96 bits of FNV-1a (128-bit variant, http://www.isthe.com/chongo/tech/comp/fnv/) in 20 letters of base32:
// a billion frames collide with a chance of about 1 in 10^11.

/// The identity of a frame, for ever: 20 lower-case letters and digits.
public struct FrameID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The text of the identity.
    public let rawValue: String
    /// An identity read from a record or a URL.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The text of the identity.
    public var description: String { rawValue }
}

/// The identity of a detection: made from its frame, rule and region.
public struct DetectionID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    /// The text of the identity.
    public let rawValue: String
    /// An identity read from a record or a URL.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The identity of what `rule` saw in `region` of `frame`.
    public init(frame: FrameID, rule: String, region: String) {
        rawValue = identifier(of: [frame.rawValue, rule, region])
    }
    /// The text of the identity.
    public var description: String { rawValue }
}

/// The identity of a visit: that of its first detection.
public typealias VisitID = DetectionID

/// 20 letters and digits that stand for `parts`; the order and the borders of the parts count.
func identifier(of parts: [String]) -> String { identifierText(identifierBits(of: parts)) }

/// The 100 bits behind ``identifier(of:)``.
func identifierBits(of parts: [String]) -> UInt128 {
    let prime = UInt128(1) << 88 | 0x13B
    var hash = UInt128(0x6C62_272E_07BB_0142) << 64 | 0x62B8_2175_6295_C58D
    for part in parts {
        for byte in part.utf8 { hash = (hash ^ UInt128(byte)) &* prime }
        hash = (hash ^ 0xFF) &* prime  // 0xFF never occurs in UTF-8: ["ab", "c"] and ["a", "bc"] differ
    }
    return hash >> 28
}

/// Five bits a letter, the lowest first.
func identifierText(_ bits: UInt128) -> String {
    var letters: [UInt8] = []
    for shift in stride(from: 0, to: 100, by: 5) {
        letters.append(identifierAlphabet[Int(truncatingIfNeeded: bits >> UInt128(shift)) & 31])
    }
    return String(decoding: letters, as: UTF8.self)
}

/// No l, o, 0, 1: read out loud over a fence.
private let identifierAlphabet = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

/// True for 20 letters of the alphabet of identities: what comes from a URL is checked before it becomes a file's name.
private func isIdentifier(_ text: String) -> Bool {
    text.utf8.count == 20 && text.utf8.allSatisfy(identifierAlphabet.contains)
}

extension FrameID {
    /// True for a text that can be an identity: 20 letters and digits of the alphabet. Checked before it becomes part
    /// of a path.
    public var isWellFormed: Bool { isIdentifier(rawValue) }
}

extension DetectionID {
    /// True for a text that can be an identity: 20 letters and digits of the alphabet.
    public var isWellFormed: Bool { isIdentifier(rawValue) }
}
