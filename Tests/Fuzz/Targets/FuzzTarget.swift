/// A parser of foreign bytes as libFuzzer calls it: bytes go in, and whatever they are it returns.
///
/// A target is one file in this folder and one row in ``FuzzTarget/all`` (CONTRIBUTING.md, "A parser"). What must never
/// happen is a trap, a finding of a sanitizer, or a promise broken (``promise(_:_:)``).
struct FuzzTarget: Sendable {
    /// The name on the command line and of the folder in `corpus`.
    let name: String
    /// Bytes; longer inputs are slower and find nothing more.
    let longest: Int
    /// Tries one input.
    let run: @Sendable (UnsafeRawBufferPointer) -> Void
    /// Turns the bytes into others that still look like a file of this kind, where bytes alone would seldom get past the
    /// first check: bytes, seed, most bytes of the answer. Nil: libFuzzer's own changes.
    var mutate: (@Sendable ([UInt8], UInt32, Int) -> [UInt8]?)?

    init(
        _ name: String, longest: Int, mutate: (@Sendable ([UInt8], UInt32, Int) -> [UInt8]?)? = nil,
        run: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
    ) {
        self.name = name
        self.longest = longest
        self.mutate = mutate
        self.run = run
    }

    /// A target that reads text: bytes that are no UTF-8 are repaired as the program does it where it reads text.
    init(text name: String, longest: Int, run: @escaping @Sendable (String) -> Void) {
        self.init(name, longest: longest) { run(String(decoding: $0, as: UTF8.self)) }
    }

    /// In the order of a frame's path.
    static let all: [FuzzTarget] = [
        jpegHeader, jpegDecode, jpegReaders, jpegEnd, fileNames, onnx, network, manifest, head, settings, quantities,
        schedule, ruleState, journal, storedValues, programOutput, serverAnswer, httpText, httpRequest,
    ]
}

/// Ends the run where a promise of the code does not hold: libFuzzer keeps the input.
func promise(_ holds: Bool, _ words: @autoclosure () -> String) {
    if !holds { fatalError("broken promise: \(words())") }
}
