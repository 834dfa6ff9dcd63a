import CBuild
import CKernels

/// What this program is.
public enum Facts {
    /// The version number; the only place where it stands.
    public static let number = "0.1.0"

    /// Number, commit and instruction set: `0.1.0 (3615416a, avx512)`.
    public static var version: String {
        "\(number) (\(commit.prefix(8)), \(instructionSet))"
    }

    /// The commit of the sources, with a plus where they were changed since.
    public static var commit: String { String(cString: rooster_commit()) }

    /// The best instruction set that kernels use here.
    public static var instructionSet: String { String(cString: rk_isa_name()) }
}
