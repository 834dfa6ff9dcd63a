import CBuild
import CKernels

/// What this program is.
public enum Facts {
    /// The version number; the only place where it stands.
    public static let number = "0.1.0"

    /// Number, commit, how it was built and for what: `0.1.0 (3615416a, release, Swift 6.2, aarch64, neon)`.
    public static var version: String {
        let plus = commit.hasSuffix("+") ? "+" : ""
        let facts = ["\(commit.prefix(8))\(plus)", configuration, "Swift \(language)", processor, instructionSet]
        return "\(number) (\(facts.joined(separator: ", ")))"
    }

    /// The commit of the sources, with a plus where they were changed since.
    public static var commit: String { String(cString: rooster_commit()) }

    /// The best instruction set that kernels use here.
    public static var instructionSet: String { String(cString: rk_isa_name()) }

    private static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// The compiler, as far as it says.
    private static var language: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    private static var processor: String {
        #if arch(arm64)
            "aarch64"
        #elseif arch(x86_64)
            "x86_64"
        #else
            "another processor"
        #endif
    }
}
