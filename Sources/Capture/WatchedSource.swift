/// A capture directory as the watcher sees it.
public struct WatchedSource: Hashable, Sendable {
    /// How news of files is got.
    public enum Watch: String, Sendable, Codable, CaseIterable {
        /// inotify, or looking again and again where the directory lies on a network share.
        case auto
        /// The kernel tells of each file.
        case inotify
        /// Looking again and again.
        case poll
    }

    /// The name of the source.
    public var name: String
    /// The directory, absolute (a relative one is taken from where the process was started). May be a symbolic link.
    public var directory: String
    /// Globs on the file name, in any case.
    public var patterns: [String]
    /// Whether directories in the directory count.
    public var recursive: Bool
    /// How news of files is got.
    public var watch: Watch
    /// At the first start, files older than this are noted, not classified.
    public var staleAfter: Duration

    /// A capture directory; what is left out has the presets of the settings.
    public init(
        name: String, directory: String, patterns: [String] = ["*.jpg", "*.jpeg"], recursive: Bool = true,
        watch: Watch = .auto, staleAfter: Duration = .seconds(10)
    ) {
        self.name = name
        self.directory = absolutePath(directory)
        self.patterns = patterns
        self.recursive = recursive
        self.watch = watch
        self.staleAfter = staleAfter
    }
}
