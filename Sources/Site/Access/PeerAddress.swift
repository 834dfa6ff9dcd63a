import Glibc
import NIOCore

/// Who asks: the address without the port.
struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as text; empty where the system does not know it.
    let description: String
    /// True for this machine itself.
    let isLoopback: Bool

    /// The other end of a connection.
    init(_ address: SocketAddress?) { self.init(address?.ipAddress ?? "") }

    /// An address as the system writes it: `192.0.2.7`, `fe80::1%eth0`, `::ffff:127.0.0.1`.
    init(_ text: String) {
        let plain = text.lowercased().prefix { $0 != "%" }
        let mapped = plain.hasPrefix("::ffff:") && plain.contains(".") ? plain.dropFirst("::ffff:".count) : plain
        description = String(mapped)
        isLoopback = LoopbackName.isLoopback(description)
    }

    /// What one household or attacker is likely to own: an IPv4 address, or the upper half of an IPv6 one.
    var neighbourhood: String {
        guard description.contains(":"), let address = try? SocketAddress(ipAddress: description, port: 0),
            case .v6(let six) = address
        else { return description }
        return withUnsafeBytes(of: six.address.sin6_addr) { bytes in
            bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".") + "/64"
        }
    }
}

/// Names and addresses that mean this machine.
enum LoopbackName {
    /// True for `localhost`, names below it, 127.0.0.0/8 and `::1` (also in brackets).
    static func isLoopback(_ name: String) -> Bool {
        let name = name.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" || name == "[::1]" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { (1...3).contains($0.utf8.count) && UInt8($0) != nil }
    }
}
