public import Foundation

/// A directory of a test's own, gone when the value is.
public final class TemporaryDirectory: Sendable {
    /// Where it lies.
    public let url: URL

    /// Makes the directory.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "rooster-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// The path of `name` in it.
    public func path(_ name: String) -> String { url.appending(path: name).path }

    deinit { try? FileManager.default.removeItem(at: url) }
}
