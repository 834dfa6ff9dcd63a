// Changed bytes of an ONNX file are seldom an ONNX file: a length is wrong and the reader refuses it. This changes what
// the file says instead: operators, attributes, shapes, who reads what.

import Foundation
import SwiftProtobuf
import TestSupport

@testable import Inference
@testable import ONNXFormat

/// A network with one to six things changed.
/// - Returns: nil where `bytes` are no ONNX file, the result is too long, or it is the turn of plain changes.
@Sendable func mutatedNetwork(_ bytes: [UInt8], seed: UInt32, most: Int) -> [UInt8]? {
    guard seed % 5 != 0, var model = try? Onnx_ModelProto(serializedBytes: bytes) else { return nil }
    var change = NetworkChange(random: SplitMix64(seed: UInt64(seed)))
    for _ in 0..<change.number(1...6) { change.apply(to: &model) }
    guard let changed: [UInt8] = try? model.serializedBytes(), changed.count <= most else { return nil }
    return changed
}

private struct NetworkChange {
    var random: SplitMix64
    private static let operatorNames = operators.keys.sorted()
    private static let sizes: [Int64] = [
        -2, -1, 0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 255, 65_536, 1 << 31, 1 << 40, .max, .min,
    ]
    private static let floats: [Float] = [0, -0.0, 1, -1, 6, 0.5, 1e-30, 3e38, .infinity, -.infinity, .nan]

    init(random: SplitMix64) { self.random = random }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private mutating func pick<Value>(_ values: [Value]) -> Value? { values.randomElement(using: &random) }
    private mutating func size() -> Int64 { Self.sizes.randomElement(using: &random) ?? 1 }
    private mutating func small() -> Int64 { Int64(number(0...9)) }

    mutating func apply(to model: inout Onnx_ModelProto) {
        switch number(0...15) {
        case 0:
            if let place = pick(Array(model.opsetImport.indices)) {
                model.opsetImport[place].version = Int64(number(6...27))
            }
        case 1...2: changeInput(&model.graph)
        case 3...5: changeInitializer(&model.graph)
        case 6: if let place = pick(Array(model.graph.node.indices)) { model.graph.node.remove(at: place) }
        case 7: if let place = pick(Array(model.graph.node.indices)) { duplicate(place, in: &model.graph) }
        case 8: changeOutput(&model.graph)
        default: if let place = pick(Array(model.graph.node.indices)) { changeNode(place, in: &model.graph) }
        }
    }

    private mutating func changeInput(_ graph: inout Onnx_GraphProto) {
        guard let place = pick(Array(graph.input.indices)) else { return }
        var shape = graph.input[place].type.tensorType.shape
        switch (pick(Array(shape.dim.indices)), number(0...9)) {
        case (let axis?, 0...6): shape.dim[axis].dimValue = number(0...3) == 0 ? size() : small()
        case (let axis?, 7): shape.dim.remove(at: axis)
        default: shape.dim.append(.with { $0.dimValue = small() })
        }
        graph.input[place].type.tensorType.shape = shape
    }

    /// Shapes with as many elements as they ask for, most of the time: others are refused by the reader.
    private mutating func changeInitializer(_ graph: inout Onnx_GraphProto) {
        guard let place = pick(Array(graph.initializer.indices)) else { return }
        var tensor = graph.initializer[place]
        switch number(0...7) {
        case 0:
            graph.initializer.remove(at: place)
            return
        case 1: tensor.dims.shuffle(using: &random)
        case 2 where tensor.dims.count > 1: tensor.dims = [tensor.dims.reduce(1, &*)]
        case 3: tensor.dims.insert(1, at: number(0...tensor.dims.count))
        case 4: tensor.dataType = Int32(number(0...17))
        case 5 where tensor.rawData.count >= 8:
            let word = number(0...(tensor.rawData.count / 8 - 1))
            let value = number(0...1) == 0 ? size() : small()
            withUnsafeBytes(of: value.littleEndian) { bytes in
                let start = tensor.rawData.startIndex + word * 8
                tensor.rawData.replaceSubrange(start..<(start + 8), with: bytes)
            }
        default:
            if let axis = pick(Array(tensor.dims.indices)) { tensor.dims[axis] = small() }
            let count = tensor.dims.reduce(1, &*)
            if (0...4_096).contains(count), let type = ONNXElementType(rawValue: Int(tensor.dataType)) {
                tensor.clearRawData()
                (tensor.floatData, tensor.int64Data, tensor.int32Data, tensor.doubleData) = ([], [], [], [])
                tensor.rawData = Data(
                    (0..<(Int(count) * type.byteCount)).map { UInt8(truncatingIfNeeded: $0 &* 37 % 63) })
            }
        }
        graph.initializer[place] = tensor
    }

    private mutating func duplicate(_ place: Int, in graph: inout Onnx_GraphProto) {
        var copy = graph.node[place]
        copy.name += "'"
        copy.output = copy.output.map { $0 + "'" }
        graph.node.insert(copy, at: number(0...graph.node.count))
    }

    private mutating func changeOutput(_ graph: inout Onnx_GraphProto) {
        guard let name = pick(graph.node.flatMap(\.output)) else { return }
        if let place = pick(Array(graph.output.indices)), number(0...2) > 0 {
            graph.output[place].name = name
        } else {
            graph.output.append(.with { $0.name = name })
        }
    }

    private mutating func changeNode(_ place: Int, in graph: inout Onnx_GraphProto) {
        let names = graph.initializer.map(\.name) + graph.node.flatMap(\.output) + graph.input.map(\.name)
        var node = graph.node[place]
        switch number(0...9) {
        case 0...1: node.opType = pick(Self.operatorNames) ?? node.opType
        case 2...3: if let input = pick(Array(node.input.indices)) { node.input[input] = pick(names) ?? "" }
        case 4: node.input.append(pick(names) ?? "")
        case 5: if !node.input.isEmpty { node.input.removeLast() }
        case 6: if let other = pick(graph.node), let stolen = pick(other.attribute) { node.attribute.append(stolen) }
        case 7: if let gone = pick(Array(node.attribute.indices)) { node.attribute.remove(at: gone) }
        default: if let attribute = pick(Array(node.attribute.indices)) { change(&node.attribute[attribute]) }
        }
        graph.node[place] = node
    }

    private mutating func change(_ attribute: inout Onnx_AttributeProto) {
        switch attribute.type {
        case .int: attribute.i = number(0...2) == 0 ? size() : small()
        case .float: attribute.f = pick(Self.floats) ?? 0
        case .ints:
            switch (pick(Array(attribute.ints.indices)), number(0...5)) {
            case (let place?, 0...3): attribute.ints[place] = number(0...3) == 0 ? size() : small()
            case (let place?, 4): attribute.ints.remove(at: place)
            default: attribute.ints.append(small())
            }
        case .string:
            attribute.s = Data(
                (pick(["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "constant", "edge", "reflect"]) ?? "").utf8)
        default: attribute.type = .int
        }
    }
}
