import Vocabulary

/// What the thread of a source is given from outside: nothing in it knows where a clock or a record comes from.
struct Surroundings: Sendable {
    var clock: @Sendable () -> Moment
    var backlog: Backlog
    var earlier: EarlierFrames
    var onNoted: @Sendable ([NotedFile]) -> Void
    var onGone: @Sendable ([FrameID]) -> Void
    var onFirstLook: @Sendable (_ source: String) -> Void
    var times = Times()
    /// Stands for the kernel's limit in tests.
    var watchLimit = Int.max

    /// How long what takes.
    struct Times: Sendable {
        /// Between two looks at everything.
        var rescan = Duration.seconds(60)
        /// How long a file without its end must not have changed to be taken as it is.
        var settle = Duration.seconds(2)
        /// Between two looks at a file that grows.
        var growth = Duration.milliseconds(100)
        /// Between two checks that the directory is still the same one.
        var check = Duration.seconds(3)
        /// Between two looks at a directory that is polled; more where a look takes long.
        var poll = Duration.milliseconds(250)
    }
}
