import Glibc

/// Speaks to whoever runs Rooster as a service, the way `sd_notify(3)` does: datagrams to the socket that `NOTIFY_SOCKET`
/// names. Nobody answers, and where nobody listens nothing is lost.
struct ServiceManager: Sendable {
    private let address: [UInt8]
    /// How long it waits for a sign of life before it starts Rooster anew; nil: it does not.
    let patience: Duration?

    /// - Parameter process: the id of this process: the watchdog may be another's.
    /// - Returns: nil where nobody wants to hear.
    init?(environment: [String: String], process: pid_t = getpid()) {
        guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@"),
            path.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        else { return nil }
        // A name that begins with @ lies in no directory; the kernel has a zero there.
        address = path.hasPrefix("@") ? [0] + path.utf8.dropFirst() : Array(path.utf8)
        let isOurs = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        patience = isOurs ? environment["WATCHDOG_USEC"].flatMap(Int64.init).map { .microseconds($0) } : nil
    }

    /// Sends lines such as `READY=1`, without waiting for anybody.
    func tell(_ lines: String...) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let message = lines.map { $0.replacing("\n", with: " ") }.joined(separator: "\n")
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
        let length = MemoryLayout<sa_family_t>.size + address.count
        Array(message.utf8).withUnsafeBytes { bytes in
            withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = sendto(
                        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL),
                        $0, socklen_t(length))
                }
            }
        }
    }
}
