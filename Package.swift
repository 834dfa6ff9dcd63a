// swift-tools-version:6.2
// Targets stand in the order of a frame's path: from a file in a capture directory to a page and a message.
// A target imports what its row names and nothing else; `scripts/layers` enforces it.
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// Kernels are compiled optimised in every configuration: an unoptimised kernel makes the tests an hour long.
let kernelSettings: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off"])]

/// `scripts/fuzz` sets it: what is ours is compiled for libFuzzer and the sanitizers, optimised also in the debug
/// configuration (what is not ours need not be, and is built in half the time), and Tests/Fuzz becomes a program.
let isFuzzing = Context.environment["ROOSTER_FUZZ"] != nil

/// `scripts/benchmarks` sets it: Tests/Benchmarks becomes a program.
let isBenchmarking = Context.environment["ROOSTER_BENCHMARKS"] != nil

/// For `rooster --version`. SwiftPM reads it when it reads the manifest: right for a clean build.
let commit = Context.gitInformation.map { $0.currentCommit + ($0.hasUncommittedChanges ? "+" : "") } ?? "unknown"

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "rooster",
    products: [.executable(name: "rooster", targets: ["rooster"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // C: microkernels and system libraries
        .target(name: "CKernels", cSettings: kernelSettings),
        .target(name: "CJPEG", cSettings: kernelSettings, linkerSettings: [.linkedLibrary("jpeg")]),
        .target(name: "CCurl"),
        .target(name: "CProcess"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CBuild", cSettings: [.define("ROOSTER_COMMIT", to: "\"\(commit)\"")]),
        .systemLibrary(name: "CLinux"),

        // Pure: the words, and deciding
        .target(name: "Vocabulary", swiftSettings: strict),
        .target(name: "Rules", dependencies: ["Vocabulary"], swiftSettings: strict),

        // Compute: bytes come in, values go out; no file, socket or clock
        .target(name: "Imaging", dependencies: ["CJPEG", "CKernels", "Vocabulary"], swiftSettings: strict),
        .target(
            name: "ONNXFormat", dependencies: [protobuf], exclude: ["onnx.proto"], swiftSettings: strict),
        .target(name: "Inference", dependencies: ["ONNXFormat", "CKernels"], swiftSettings: strict),

        // Disk
        .target(
            name: "Models", dependencies: ["Inference", "ONNXFormat", "Imaging", "Vocabulary", "COpenSSL"],
            swiftSettings: strict),
        .target(name: "Capture", dependencies: ["Vocabulary", "CLinux"], swiftSettings: strict),
        .target(name: "Store", dependencies: ["Vocabulary", grdb], swiftSettings: strict),

        // Outward
        .target(
            name: "Delivery", dependencies: ["Store", "Vocabulary", "CCurl", "CProcess", logging],
            swiftSettings: strict),
        .target(
            name: "Training", dependencies: ["Models", "Inference", "Imaging", "Vocabulary"], swiftSettings: strict),
        .target(name: "Settings", dependencies: ["Vocabulary", "Rules", yams], swiftSettings: strict),
        .target(
            name: "Site", dependencies: ["Store", "Models", "Vocabulary", hummingbird, logging, lifecycle],
            resources: [
                .embedInCode("Assets/style.css"), .embedInCode("Assets/live.js"), .embedInCode("Assets/mark.svg"),
            ], swiftSettings: strict),

        // Composition root and command line
        .target(
            name: "Appliance",
            dependencies: [
                "Rules", "Imaging", "Inference", "Models", "Training", "Capture", "Store", "Delivery", "Settings",
                "Site",
                "Vocabulary", "CKernels", "CLinux", "CProcess", "CBuild", lifecycle, signals, histogram, logging,
            ], swiftSettings: strict),
        .executableTarget(name: "rooster", dependencies: ["Appliance", argumentParser], swiftSettings: strict),

        // Tests: a folder a target
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .target(
            name: "KernelChecks", dependencies: ["CKernels"], path: "Tests/KernelChecks", exclude: ["main.c"],
            cSettings: kernelSettings),
        .target(
            name: "CoefficientChecks", dependencies: ["CJPEG"], path: "Tests/CoefficientChecks",
            cSettings: kernelSettings + [.headerSearchPath("../../Sources/CJPEG")]),
        .executableTarget(
            name: "onnx-conformance", dependencies: ["Inference", "ONNXFormat"], path: "Tests/OnnxConformance",
            swiftSettings: strict),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "KernelChecks", "TestSupport"]),
        .testTarget(name: "VocabularyTests", dependencies: ["Vocabulary", "TestSupport"]),
        .testTarget(name: "RulesTests", dependencies: ["Rules", "TestSupport"]),
        .testTarget(
            name: "ImagingTests",
            dependencies: ["Imaging", "CoefficientChecks", "CKernels", "Vocabulary", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(name: "ONNXFormatTests", dependencies: ["ONNXFormat", protobuf, "TestSupport"]),
        .testTarget(
            name: "InferenceTests",
            dependencies: ["Inference", "ONNXFormat", "CKernels", "AllocationCounter", "TestSupport"],
            exclude: ["Fixtures"]),
        .testTarget(name: "ModelsTests", dependencies: ["Models", "TestSupport"]),
        .testTarget(
            name: "TrainingTests", dependencies: ["Training", "Models", "Inference", "Vocabulary", "TestSupport"]),
        .testTarget(name: "CaptureTests", dependencies: ["Capture", "TestSupport"]),
        .testTarget(name: "StoreTests", dependencies: ["Store", "TestSupport", grdb]),
        .testTarget(name: "DeliveryTests", dependencies: ["Delivery", "TestSupport"]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "TestSupport"]),
        .testTarget(name: "SiteTests", dependencies: ["Site", "Store", "Vocabulary", "TestSupport", hummingbird]),
        .testTarget(name: "ApplianceTests", dependencies: ["Appliance", "TestSupport"]),
        .testTarget(name: "roosterTests", dependencies: ["rooster", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c17
)

/// What the entry points of Tests/Fuzz reach.
let fuzzed: [Target.Dependency] = [
    "Rules", "Imaging", "ONNXFormat", "Inference", "Models", "Capture", "Store", "Delivery", "Settings", "Site",
    "Vocabulary", "TestSupport", hummingbird, protobuf,
]
if isFuzzing {
    for target in package.targets where target.type != .system {
        target.swiftSettings =
            (target.swiftSettings ?? []) + [.unsafeFlags(["-O", "-sanitize=fuzzer,address", "-enable-testing"])]
        // The kernels' unrolled loops keep the compiler busy for a quarter of an hour with them; their own checks run in buffers
        // that end at a forbidden page, and under `scripts/sanitize`.
        let sanitizers = target.name == "CKernels" ? "fuzzer-no-link" : "address,undefined,fuzzer-no-link"
        target.cSettings =
            (target.cSettings ?? []) + [
                .unsafeFlags(["-g", "-fsanitize=\(sanitizers)", "-fno-sanitize-recover=undefined"])
            ]
    }
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "rooster-fuzz", dependencies: fuzzed + ["CFuzzer"], path: "Tests/Fuzz",
            exclude: ["CFuzzer", "CorpusTests.swift", "DecodeFiles", "README.md", "corpus", "dictionaries"],
            swiftSettings: [.unsafeFlags(["-O", "-sanitize=fuzzer,address"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
    package.products.append(.executable(name: "rooster-fuzz", targets: ["rooster-fuzz"]))
} else if isBenchmarking {
    package.targets.append(
        .executableTarget(
            name: "rooster-benchmarks",
            dependencies: ["Imaging", "Inference", "Models", "Rules", "Store", "Vocabulary", argumentParser],
            path: "Tests/Benchmarks"))
    package.products.append(.executable(name: "rooster-benchmarks", targets: ["rooster-benchmarks"]))
} else if let wanted = Context.environment["ROOSTER_TESTS"] {
    // `scripts/test-arm64` names the tests it runs: what they do not reach need not be built.
    var (left, reached) = (wanted.split(separator: " ").map(String.init), Set<String>())
    while let name = left.popLast() {
        guard reached.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else {
            continue
        }
        for case .byNameItem(let dependency, _) in target.dependencies { left.append(dependency) }
    }
    package.targets.removeAll { !reached.contains($0.name) }
    package.products = []
} else {
    package.targets.append(
        .testTarget(
            name: "FuzzTests", dependencies: fuzzed, path: "Tests/Fuzz",
            exclude: ["CFuzzer", "DecodeFiles", "Driver", "README.md", "corpus", "dictionaries"]))
}
