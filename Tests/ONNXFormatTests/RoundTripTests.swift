import Testing

@testable import ONNXFormat

/// One of everything that can be written.
func specimen() throws -> ONNXModel {
    let weights = try #require(ONNXTensor(name: "w", shape: [2, 3], floats: [1, 2, 3, 4, 5, -6.5]))
    let shape = try #require(ONNXTensor(name: "s", shape: [2], integers: [-1, .max]))
    let small = try #require(ONNXTensor(name: "q", elementType: .int8, shape: [3], bytes: [1, 0xFF, 0x80]))
    let inner = try #require(ONNXTensor(name: "", shape: [], floats: [0.25]))
    return ONNXModel(
        irVersion: 8, opsets: ["": 13, "com.example": 1], producer: "test", metadata: ["a": "b", "c": ""],
        graph: ONNXGraph(
            name: "g",
            nodes: [
                ONNXNode(
                    name: "n", operatorType: "Conv", inputs: ["x", "", "w"], outputs: ["y"],
                    attributes: [
                        "i": .int(-3), "f": .float(0.5), "s": .string("SAME"), "is": .ints([1, 2]),
                        "fs": .floats([1.5]),
                        "ss": .strings(["a", ""]), "t": .tensor(inner),
                    ]),
                ONNXNode(operatorType: "Own", domain: "com.example", inputs: ["y"], outputs: ["z"]),
            ],
            initializers: [weights, shape, small],
            inputs: [ONNXValueInfo(name: "x", shape: [nil, 3])],
            outputs: [ONNXValueInfo(name: "z", elementType: .int64, shape: []), ONNXValueInfo(name: "u", shape: nil)]))
}

func read(_ bytes: [UInt8], _ limits: ONNXLimits = .standard) throws(ONNXFormatError) -> ONNXModel {
    try bytes.withUnsafeBufferPointer { bytes throws(ONNXFormatError) in
        try ONNXModel(bytes: UnsafeRawBufferPointer(bytes), limits: limits)
    }
}

@Test func whatIsWrittenIsReadAgain() throws {
    let model = try specimen()
    let bytes = try model.serialized()
    let again = try read(bytes)
    #expect(again.irVersion == 8)
    #expect(again.opsets == model.opsets)
    #expect(again.producer == "test")
    #expect(again.metadata == model.metadata)
    #expect(again.graph.nodes.map(\.operatorType) == ["Conv", "Own"])
    #expect(again.graph.nodes[0].inputs == ["x", "", "w"])
    #expect(again.graph.nodes[1].domain == "com.example")
    #expect(again.graph.initializers.map(\.shape) == [[2, 3], [2], [3]])
    #expect(again.graph.initializers[0].floats() == [1, 2, 3, 4, 5, -6.5])
    #expect(again.graph.initializers[1].integers() == [-1, .max])
    #expect(again.graph.initializers[2].integers() == [1, -1, -128])
    #expect(again.graph.initializers[2].floats() == nil)
    #expect(again.graph.inputs[0].shape == [nil, 3])
    #expect(again.graph.outputs[0].shape == [])
    #expect(again.graph.outputs[0].elementType == .int64)
    #expect(again.graph.outputs[1].shape == nil)
    guard case .tensor(let inner)? = again.graph.nodes[0].attributes["t"],
        case .strings(let texts)? = again.graph.nodes[0].attributes["ss"],
        case .ints([1, 2])? = again.graph.nodes[0].attributes["is"],
        case .string("SAME")? = again.graph.nodes[0].attributes["s"]
    else {
        Issue.record("attributes differ: \(again.graph.nodes[0].attributes)")
        return
    }
    #expect(inner.floats() == [0.25])
    #expect(texts == ["a", ""])
    #expect(try again.serialized() == bytes)
}

@Test func everyTypeOfElementIsReadFromItsBytes() throws {
    let cases: [(ONNXElementType, [UInt8], [Int])] = [
        (.uint8, [0, 255], [0, 255]), (.int8, [1, 255], [1, -1]), (.bool, [0, 1], [0, 1]),
        (.uint16, [1, 2, 255, 255], [513, 65_535]), (.int16, [1, 2, 255, 255], [513, -1]),
        (.int32, [255, 255, 255, 255], [-1]), (.uint32, [255, 255, 255, 255], [4_294_967_295]),
        (.uint64, [1, 0, 0, 0, 0, 0, 0, 0], [1]),
    ]
    for (type, bytes, integers) in cases {
        let tensor = try #require(
            ONNXTensor(name: "t", elementType: type, shape: [integers.count], bytes: bytes), "\(type)")
        #expect(tensor.integers() == integers, "\(type)")
        #expect(tensor.bytes() == bytes)
    }
    let huge = try #require(
        ONNXTensor(name: "t", elementType: .uint64, shape: [1], bytes: [UInt8](repeating: 255, count: 8)))
    #expect(huge.integers() == nil)
}

@Test func halvesAreReadExactly() {
    let halves: [(UInt16, Float)] = [
        (0x0000, 0), (0x3C00, 1), (0xC000, -2), (0x7BFF, 65_504), (0x0400, 0x1p-14), (0x0001, 0x1p-24),
        (0x83FF, -0x1.FF8p-15), (0x3555, 0.333251953125), (0x7C00, .infinity), (0xFC00, -.infinity),
    ]
    for (bits, value) in halves { #expect(Float(halfBits: bits) == value) }
    #expect(Float(halfBits: 0x7E00).isNaN)
    #expect(Float(halfBits: 0x8000).sign == .minus)
    let brain = ONNXTensor(name: "t", elementType: .bfloat16, shape: [1], bytes: [0x80, 0xBF])
    #expect(brain?.floats() == [-1])
    let double = ONNXTensor(name: "t", elementType: .double, shape: [1], bytes: [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    #expect(double?.floats() == [1])
}

@Test func aTensorWhoseElementsDoNotFitItsShapeCannotBeMade() {
    #expect(ONNXTensor(name: "t", shape: [2, 2], floats: [1]) == nil)
    #expect(ONNXTensor(name: "t", shape: [-1], floats: []) == nil)
    #expect(ONNXTensor(name: "t", shape: [.max, .max], integers: []) == nil)
    #expect(ONNXTensor(name: "t", elementType: .int32, shape: [1], bytes: [1, 2]) == nil)
    #expect(ONNXTensor(name: "t", elementType: .int64, shape: [1 << 62], bytes: []) == nil)
}

/// Constants of 4 kB and more stay in the file's memory; the model is the same.
@Test(arguments: [1_023, 1_024, 5_000])
func aModelWhoseConstantsStayInTheFileIsTheSame(count: Int) throws {
    var model = try specimen()
    let floats = (0..<count).map { Float($0) / 7 }
    model.graph.initializers.insert(try #require(ONNXTensor(name: "large", shape: [count], floats: floats)), at: 1)
    let bytes = try model.serialized()
    let file = ONNXFile(count: bytes.count) { $0.copyBytes(from: bytes) }
    let again = try ONNXModel(file)
    #expect(again.graph.initializers.map(\.name) == ["w", "large", "s", "q"])
    #expect(again.graph.initializers[1].floats() == floats)
    #expect(try again.serialized() == bytes)
}

/// The pages of a constant go back to the system, which hands out empty ones in their place.
@Test func theMemoryOfAConstantGoesBackWithItsLastCopy() throws {
    let count = 1 << 20
    var model = try specimen()
    let ones = try #require(ONNXTensor(name: "large", shape: [count], floats: [Float](repeating: 1, count: count)))
    model.graph.initializers.append(ones)
    let bytes = try model.serialized()
    let file = ONNXFile(count: bytes.count) { $0.copyBytes(from: bytes) }
    func written() -> Int { file.withUnsafeBytes { $0.count { $0 != 0 } } }
    let before = written()
    var kept: ONNXTensor? = try ONNXModel(file).graph.initializers.last
    #expect(written() == before)
    #expect(kept?.floats()?.allSatisfy { $0 == 1 } == true)
    kept = nil
    #expect(written() < before / 10)
}

@Test func aFileThatIsNoModelIsRefusedInPlaceToo() throws {
    let bytes = Array(try specimen().serialized().dropLast(3))
    #expect(throws: ONNXFormatError.self) {
        try ONNXModel(ONNXFile(count: bytes.count) { $0.copyBytes(from: bytes) })
    }
}
