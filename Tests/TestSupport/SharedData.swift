public import Foundation

/// Photos and reference answers that lie beside the checkout (`../shared`) and are never committed.
public enum SharedData {
    /// The folder of the repository.
    public static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The file or folder at `path` below `../shared`; nil where this clone has none, after saying so.
    public static func url(_ path: String) -> URL? {
        let url = repository.deletingLastPathComponent().appending(path: "shared").appending(path: path)
        if FileManager.default.fileExists(atPath: url.path) { return url }
        print("skipped: ../shared/\(path) is not here (only needed for this test)")
        return nil
    }

    /// For `@Test(.enabled(if:))`: whether `path` is there. Prints the reason where it is not.
    public static func has(_ path: String) -> Bool { url(path) != nil }
}
