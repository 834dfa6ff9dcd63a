/// One thing that is looked at. A check stands in a file of its own and is named in ``all``, nowhere else.
struct Check: Sendable {
    /// A word for the line and for programs.
    let name: String
    /// What is said before it, where it may take longer than a second.
    var work: String?
    /// Looks, and says what it found: one line at least.
    let run: @Sendable (Examination) async -> [Finding]

    /// All checks, in the order of a frame's path: the first fault is the one to mend first.
    static let all: [Check] = [
        settings, daemon, address, user, directory, names, unfinished, pictures, arrivals, inotify, share, model,
        deadline, state, disk, memory, clock, board, actions, channels,
    ]
}
