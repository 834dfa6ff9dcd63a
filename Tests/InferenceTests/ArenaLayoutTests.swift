import TestSupport
import Testing

@testable import Inference

@Test(arguments: UInt64(0)..<60)
func tensorsThatAreNeededAtTheSameTimeNeverOverlap(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var tensors = [PlannedTensor(name: "input", count: 100, format: .float32, layout: .asGraph, storage: .arena)]
    var steps: [StepTraits] = []
    for index in 1...Int.random(in: 1...40, using: &random) {
        let reads = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            TensorID(index: Int.random(in: max(0, index - 6)..<index, using: &random))
        }
        let overwritten = Bool.random(using: &random) ? reads[0] : nil
        let size = overwritten.map { tensors[$0.index].count } ?? Int.random(in: 1...5_000, using: &random)
        let format = overwritten.map { tensors[$0.index].format } ?? (Bool.random(using: &random) ? .float32 : .integer)
        tensors.append(
            PlannedTensor(name: "\(index)", count: size, format: format, layout: .asGraph, storage: .arena))
        steps.append(
            StepTraits(
                name: "", operatorType: "", kernel: "", reads: reads, write: TensorID(index: index),
                mayOverwrite: overwritten, units: 1))
    }
    let kept: Set = [TensorID(index: 0), TensorID(index: tensors.count - 1)]
    let layout = ArenaLayout(tensors: tensors, steps: steps, kept: kept)

    // Played through with the name of its tensor in every place: what a step reads must still be there.
    var places = [Int](repeating: -1, count: layout.count)
    func range(_ tensor: Int) -> Range<Int> { layout.offsets[tensor]..<layout.offsets[tensor] + tensors[tensor].words }
    for place in range(0) { places[place] = 0 }
    for step in steps {
        for read in step.reads {
            #expect(range(read.index).allSatisfy { places[$0] == read.index }, "tensor \(read.index)")
        }
        for place in range(step.write.index) { places[place] = step.write.index }
        for other in step.reads where other != step.mayOverwrite {
            #expect(range(other.index).allSatisfy { places[$0] == other.index }, "a step wrote over what it reads")
        }
    }
    for tensor in kept { #expect(range(tensor.index).allSatisfy { places[$0] == tensor.index }) }
    #expect(layout.offsets.allSatisfy { $0 % 16 == 0 })
}
