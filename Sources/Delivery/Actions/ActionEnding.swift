internal import CProcess
import Glibc
internal import Vocabulary

/// Why Rooster ended an action that would have gone on.
enum EndReason: Sendable, Equatable {
    case timeout, disarmed, stopping
}

/// How a program ended, and what that means for the action. Pure.
struct ActionEnding {
    /// Exit status; nil after a signal, or where nobody knows.
    var exit: Int?
    /// The signal; nil after an exit.
    var signal: Int32?
    /// Why it was ended; nil: by itself.
    var reason: EndReason?
    /// Whether SIGTERM was not enough.
    var wasKilled: Bool

    /// The state and the sentence of the report.
    func outcome(of settings: ActionSettings) -> (ActionState, String?) {
        switch reason {
        case .timeout:
            let killed = wasKilled ? "; ignored SIGTERM for \(spoken(settings.grace)) and was killed" : ""
            return (.timedOut, "ran longer than \(spoken(settings.timeout)) and was ended\(killed)")
        case .disarmed: return (.failed, "ended because Rooster was disarmed")
        case .stopping: return (.failed, "ended because Rooster was stopped")
        case nil: break
        }
        if let signal { return (.failed, "ended by \(Self.name(of: signal))") }
        switch exit {
        case 0: return (.done, nil)
        case 126: return (.failed, "exit status 126: it could not run a program of its own (no right to)")
        case 127: return (.failed, "exit status 127: it could not find a program of its own")
        case let exit?: return (.failed, "exit status \(exit)")
        case nil: return (.failed, "ended, nobody knows how: its exit status was taken by something else")
        }
    }

    /// A signal by its name.
    static func name(of signal: Int32) -> String {
        let names: [Int32: String] = [
            SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGABRT: "SIGABRT",
            SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGPIPE: "SIGPIPE",
            SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
        ]
        let word = names[signal] ?? "signal \(signal)"
        return signal == SIGKILL ? word + " (perhaps too little memory)" : word
    }
}
