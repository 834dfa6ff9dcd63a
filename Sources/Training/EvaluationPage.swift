import Foundation
public import Models

/// `--report`: how good a version is, on one page that needs nothing else.
public struct EvaluationPage {
    private let version: ModelVersion
    private let files: [String: String]

    /// - Parameter files: where the photos lie, by path as given.
    public init(version: ModelVersion, files: [String: String]) {
        self.version = version
        self.files = files
    }

    /// Writes the page.
    public func write(to path: String) throws {
        try Data("".utf8).write(to: URL(filePath: path), options: .atomic)
    }
}
