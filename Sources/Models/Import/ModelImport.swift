import Foundation
import Imaging
import Inference
public import Vocabulary

/// Makes a model version out of an ONNX file and its labels.
///
/// All of it is written into a folder of its own inside the registry, loaded from there, answers its golden photos, and
/// is then renamed to its place: a version is there as a whole or not at all.
public struct ModelImport {
    /// What the owner says.
    public struct Request: Sendable {
        /// The ONNX file.
        public var network: String
        /// The file of labels: one a line, in the order of the network's output, or a JSON list.
        public var labels: String
        /// How pixels become the input, as far as it is known.
        public var preprocessing: PreprocessingWishes
        /// The name of the model; nil: that of the file.
        public var name: String?
        /// The output with one number a label; nil: the first that has as many.
        public var output: String?

        /// - Parameters: as the properties.
        public init(
            network: String, labels: String, preprocessing: PreprocessingWishes = .init(), name: String? = nil,
            output: String? = nil
        ) {
            (self.network, self.labels, self.preprocessing) = (network, labels, preprocessing)
            (self.name, self.output) = (name, output)
        }
    }

    /// What came of it.
    public struct Result: Sendable {
        /// The version, installed.
        public var model: ModelID
        /// Guesses, and what else the owner should know.
        public var warnings: [String]
        /// The time of one inference, the median of some.
        public var infer: Duration
        /// Bytes of the packed weights and of the memory between the operators.
        public var memory: Int
        /// Golden photos that were answered.
        public var goldenPhotos: Int
    }

    /// The owner's registry.
    public let registry: String
    /// A version whose golden photos are taken over, and its groups if the labels are the same; nil: none is installed.
    public let stock: ModelVersion?
    private let threads: Int
    private let tool: String
    private let now: Instant
    private let clock: () -> Duration

    /// - Parameters:
    ///   - registry: the directory that versions are written to; made where it isn't there.
    ///   - tool: what the manifest names as its maker.
    ///   - clock: monotonic; for the time it takes.
    public init(
        registry: String, stock: ModelVersion?, threads: Int, tool: String, now: Instant,
        clock: @escaping () -> Duration
    ) {
        (self.registry, self.stock, self.threads, self.tool) = (registry, stock, threads, tool)
        (self.now, self.clock) = (now, clock)
    }

    /// Imports a network.
    /// - Parameter accept: looks at what it needs before it is put in its place; may throw.
    /// - Throws: ``ImportError``, ``ModelError``, or what `accept` throws; then the registry is as before.
    public func run(_ request: Request, accept: (Result) throws -> Void) throws -> Result {
        let bytes = try contents(request.network)
        let survey = try NetworkSurvey(bytes)
        let stem = URL(filePath: request.network).deletingPathExtension().lastPathComponent
        let (names, repeated) = try LabelFile(try contents(request.labels), path: request.labels).unique()
        let (how, guesses) = try survey.preprocessing(request.preprocessing, name: stem)
        var warnings = repeated + guesses
        let id = try freeID(request.name, stem: stem)

        let draft = try StagedVersion(id, registry: registry)
        let digest = try draft.addBackbone(bytes)
        let output = try output(of: survey, request, labels: names.count, how, bytes, warnings: &warnings)
        let gives: Manifest.Backbone.Output = survey.endsWithSoftmax(output) ? .probabilities : .logits
        if gives == .probabilities { warnings.append("the network ends with a softmax: its output is taken as it is") }
        var manifest = Manifest(
            schema: Manifest.schema, name: id.name, version: id.version, created: now, tool: tool,
            source: "\(URL(filePath: request.network).lastPathComponent), SHA-256 \(digest)", licence: nil,
            backbone: .init(
                sha256: digest, bytes: bytes.count, input: survey.input, logits: output, embedding: nil,
                gives: gives == .logits ? nil : gives),
            preprocessing: how, temperature: 1, parent: nil, golden: [:], labels: names,
            groups: stock?.manifest.labels == names ? stock?.manifest.groups ?? [:] : [:])
        if manifest.groups.isEmpty {
            warnings.append("the version has no groups: rules name its labels one by one, or groups of the settings")
        }
        if let stock { manifest.golden = stock.manifest.golden }
        try draft.add(manifest, as: "manifest.json")
        if let stock { try draft.addGoldenPhotos(of: stock, tolerance: Golden.anyProgram, threads: threads) }

        let version = try draft.version()
        try version.verify()
        let classifier = try Classifier(version, threads: threads, clock: clock)
        let photos = try classifier.selfTest()
        let result = Result(
            model: id, warnings: warnings, infer: median(of: classifier),
            memory: classifier.network.weightBytes + classifier.network.arenaBytes, goldenPhotos: photos)
        try accept(result)
        try draft.install()
        return result
    }

    // MARK: What the file holds

    /// The output with one number a label, found by loading the network once.
    private func output(
        of survey: NetworkSurvey, _ request: Request, labels: Int, _ how: Manifest.Preprocessing, _ bytes: Data,
        warnings: inout [String]
    ) throws -> String {
        let shape = how.layout == .interleaved ? [1, how.height, how.width, 3] : [1, 3, how.height, how.width]
        let sizes: [(name: String, count: Int)]
        do {
            sizes = try outputSizes(of: bytes, inputShape: shape)
        } catch {
            throw ImportError.network("\(error)")
        }
        if let wanted = request.output {
            guard let found = sizes.first(where: { $0.name == wanted }) else {
                throw ImportError.network(
                    "it has no output '\(wanted)'; there is \(sizes.map { "'\($0.name)'" }.joined(separator: ", "))")
            }
            guard found.count == labels else { throw ImportError.labels(mismatch(labels, found.count)) }
            return wanted
        }
        let fitting = sizes.filter { $0.count == labels }
        guard let first = fitting.first else { throw ImportError.labels(mismatch(labels, sizes.first?.count ?? 0)) }
        if fitting.count > 1 {
            warnings.append("\(fitting.count) outputs have \(labels) values: '\(first.name)' is taken (--output)")
        }
        return first.name
    }

    private func mismatch(_ labels: Int, _ values: Int) -> String {
        let hint =
            values == labels + 1
            ? ". Networks from TensorFlow often have a first class 'background': put that in front of the list" : ""
        return "the file has \(labels), the network's output \(values) values" + hint
    }

    private func median(of classifier: Classifier) -> Duration {
        let times = (0..<9).map { _ in
            let start = clock()
            classifier.network.run()
            return clock() - start
        }
        return times.sorted()[4]
    }

    // MARK: The registry

    /// The name, and the version behind the last one of that name.
    private func freeID(_ name: String?, stem: String) throws(ImportError) -> ModelID {
        let wanted = name ?? String(stem.lowercased().map { Self.isSafe($0) ? $0 : "-" })
        guard !wanted.isEmpty, wanted.count <= 64, wanted.allSatisfy(Self.isSafe), !wanted.hasPrefix("."),
            wanted != "backbones"
        else { throw .name("'\(wanted)' can't be a model's name: letters, digits, dots, _ and -, at most 64 (--name)") }
        let versions = Registry(directories: [registry]).installed().filter { $0.name == wanted }
        let last = versions.compactMap { Int($0.version) }.max() ?? 0
        let shipped = stock?.id.name == wanted ? Int(stock?.id.version ?? "") ?? 0 : 0
        return ModelID(name: wanted, version: String(max(last, shipped) + 1))
    }

    private static func isSafe(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
    }

    private func contents(_ path: String) throws(ImportError) -> Data {
        do {
            return try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch {
            let missing = !FileManager.default.fileExists(atPath: path)
            throw .file(path: path, reason: missing ? "there is no such file" : error.localizedDescription)
        }
    }
}
