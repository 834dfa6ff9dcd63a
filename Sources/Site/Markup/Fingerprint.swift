/// 128 bits that stand for some bytes: addresses of assets, entity tags, ids in feeds. FNV-1a
/// (http://www.isthe.com/chongo/tech/comp/fnv/): tells accidents apart, is no protection against an attacker.
struct Fingerprint: Hashable, Sendable {
    /// The bits.
    let value: UInt128

    /// The fingerprint of `bytes`.
    /// - Complexity: O(bytes), about 2 ns a byte.
    init(_ bytes: some Sequence<UInt8>) {
        let prime = UInt128(1) << 88 | 0x13B
        var hash = UInt128(0x6C62_272E_07BB_0142) << 64 | 0x62B8_2175_6295_C58D
        for byte in bytes { hash = (hash ^ UInt128(byte)) &* prime }
        value = hash
    }

    /// 32 hexadecimal digits.
    var hex: String { digits(of: value) }

    /// A strong entity tag.
    var entityTag: String { "\"\(hex)\"" }

    /// `urn:uuid:...`: the same for ever for the same bytes (UUID version 8, RFC 9562: bits of our own making).
    var urn: String {
        let version = UInt128(0xF) << 76
        let variant = UInt128(0x3) << 62
        let text = Array(digits(of: value & ~version & ~variant | UInt128(8) << 76 | UInt128(2) << 62))
        let groups = [text[0..<8], text[8..<12], text[12..<16], text[16..<20], text[20..<32]]
        return "urn:uuid:" + groups.map { String($0) }.joined(separator: "-")
    }

    private func digits(of value: UInt128) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 32 - text.utf8.count) + text
    }
}
