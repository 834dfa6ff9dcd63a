import SwiftProtobuf
import TestSupport
import Testing

@testable import ONNXFormat

private func fault(_ bytes: [UInt8], _ limits: ONNXLimits = .standard) -> ONNXFormatError? {
    do throws(ONNXFormatError) {
        _ = try read(bytes, limits)
        return nil
    } catch {
        return error
    }
}

/// A specimen with its messages spoilt where the checked values can't be.
private func fault(_ spoil: (inout Onnx_ModelProto) -> Void) throws -> ONNXFormatError? {
    var message = try Onnx_ModelProto(serializedBytes: try specimen().serialized())
    spoil(&message)
    return fault(try message.serializedBytes())
}

@Test func bytesThatAreNoModelAreCalledThat() {
    #expect(fault([])?.kind == .notONNX)
    #expect(fault([0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 0, count: 100)) != nil)
    #expect(fault(Array("GIF89a a picture, not a network".utf8))?.kind == .notONNX)
    #expect(fault(Array("{\"nodes\": []}".utf8))?.kind == .notONNX)
    #expect(fault([8, 8])?.kind == .notONNX)  // a version and nothing else
    #expect(fault([UInt8](repeating: 0, count: 1_000))?.kind == .notONNX)
}

@Test func aFileThatIsCutShortIsRefusedAtEveryByte() throws {
    let bytes = try specimen().serialized()
    #expect(fault(bytes) == nil)
    var kinds: Set<String> = []
    for end in 0..<bytes.count {
        // Whole fields at the end of the file may be missing without harm: metadata and versions of operators.
        if let error = fault(Array(bytes[..<end])) {
            kinds.insert(error.kind.rawValue)
        } else {
            #expect(end > bytes.count * 3 / 4)
        }
    }
    #expect(kinds.contains("truncated"))
}

@Test(arguments: UInt64(0)..<200)
func spoiltBytesAreRefusedOrReadButNeverTrap(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let whole = try specimen().serialized()
    for _ in 0..<50 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        if let model = try? read(bytes) {
            for tensor in model.graph.initializers { _ = (tensor.floats(), tensor.integers(), tensor.bytes()) }
            _ = try? model.serialized()
        }
    }
}

@Test func tensorsThatContradictThemselvesAreRefusedByName() throws {
    typealias Case = (String, ONNXFormatError.Kind, (inout Onnx_TensorProto) -> Void)
    let cases: [Case] = [
        ("elements missing", .malformed, { $0.dims = [2, 4] }), ("negative", .malformed, { $0.dims = [-2, -3] }),
        ("huge", .tooLarge, { $0.dims = [1 << 40, 1 << 40] }),
        ("huge but empty", .tooLarge, { $0.dims = [1 << 62, 0] }),
        ("too many dimensions", .tooLarge, { $0.dims = [Int64](repeating: 1, count: 9) }),
        ("half an element", .malformed, { $0.rawData.removeLast() }), ("no type", .unsupported, { $0.dataType = 0 }),
        ("unknown type", .unsupported, { $0.dataType = 99 }), ("text", .unsupported, { $0.dataType = 8 }),
        ("elsewhere", .unsupported, { $0.dataLocation = .external }),
        ("elsewhere, said otherwise", .unsupported, { $0.externalData = [Onnx_StringStringEntryProto()] }),
        ("segment", .unsupported, { $0.segment = Onnx_TensorProto.Segment() }),
        (
            "wrong field", .malformed,
            {
                $0.clearRawData()
                $0.doubleData = [1, 2, 3, 4, 5, 6]
            }
        ),
    ]
    for (what, kind, spoil) in cases {
        let error = try fault { spoil(&$0.graph.initializer[0]) }
        #expect(error?.kind == kind, "\(what)")
        #expect(error?.location == "initializer 'w'", "\(what)")
    }
}

@Test func whatRoosterDoesNotRunIsRefused() throws {
    #expect(try fault { $0.functions = [Onnx_FunctionProto()] }?.kind == .unsupported)
    #expect(try fault { $0.trainingInfo = [Onnx_TrainingInfoProto()] }?.kind == .unsupported)
    #expect(try fault { $0.graph.sparseInitializer = [Onnx_SparseTensorProto()] }?.kind == .unsupported)
    #expect(try fault { $0.irVersion = 2 }?.kind == .unsupported)
    #expect(try fault { $0.irVersion = .max }?.kind == .unsupported)
    #expect(try fault { $0.graph.initializer[1].name = "w" }?.kind == .malformed)
    #expect(try fault { $0.graph.initializer[1].name = "" }?.kind == .malformed)
    #expect(try fault { $0.graph.node[0].opType = "" }?.kind == .malformed)
    #expect(try fault { $0.graph.input[0].clearType() }?.kind == .unsupported)
    let branch = try fault {
        var attribute = Onnx_AttributeProto()
        attribute.name = "then_branch"
        attribute.type = .graph
        attribute.g = Onnx_GraphProto()
        $0.graph.node[0].attribute.append(attribute)
    }
    #expect(branch?.kind == .unsupported)
    #expect(branch?.what.contains("subgraph") == true)
}

@Test func moreThanTheLimitsAllowIsRefusedBeforeItIsDecoded() throws {
    // A node takes two bytes and becomes hundreds: a million of them in two megabytes.
    let nodes = [UInt8](repeating: 0, count: 2_000_000).enumerated().map { $0.offset % 2 == 0 ? UInt8(0x0A) : 0 }
    #expect(fault(message(7, nodes))?.kind == .tooLarge)
    var limits = ONNXLimits.standard
    limits.bytes = 10
    #expect(fault(try specimen().serialized(), limits)?.kind == .tooLarge)
    limits = .standard
    limits.nodes = 1
    #expect(fault(try specimen().serialized(), limits)?.kind == .tooLarge)
    limits = .standard
    limits.perNode = 2
    #expect(fault(try specimen().serialized(), limits)?.kind == .tooLarge)
}

@Test func messagesNestedThousandsDeepAreRefused() throws {
    // graph, input, type: a sequence of a sequence of …
    var type: [UInt8] = []
    for _ in 0..<3_000 { type = message(4, message(1, type)) }
    #expect(fault([8, 8] + message(7, message(11, message(2, type)))) != nil)
}

@Test func aNameThatIsFourMegabytesLongDoesNotFillTheLog() throws {
    let error = try fault {
        $0.graph.initializer[0].name = String(repeating: "\u{1B}[31mx", count: 1_000_000)
        $0.graph.initializer[0].dims = [7]
    }
    let text = try #require(error).description
    #expect(text.count < 800)
    #expect(!text.contains("\u{1B}"))
}

/// A field of a protocol buffer that holds bytes.
private func message(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
    var (length, bytes) = (content.count, [field << 3 | 2])
    while length > 127 {
        bytes.append(UInt8(length & 127) | 128)
        length >>= 7
    }
    return bytes + [UInt8(length)] + content
}
