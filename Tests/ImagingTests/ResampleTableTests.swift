import TestSupport
import Testing

@testable import Imaging

/// Random crops of random axes, enlarged and reduced, down to one pixel.
@Test(arguments: Resample.allCases, UInt64(0)..<10)
func weightsAddUpToOneAndStayInBounds(resample: Resample, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<30 {
        let bounds = Int.random(in: 0...50, using: &random)..<Int.random(in: 51...900, using: &random)
        let length = Double.random(in: 0.1...Double(bounds.count), using: &random)
        let start = Double(bounds.lowerBound) + Double.random(in: 0...(Double(bounds.count) - length), using: &random)
        let count = Int.random(in: 1...300, using: &random)
        let table = ResampleTable(
            start: start, length: length, count: count, bounds: bounds, resample: resample, isReversed: false)
        let reversed = ResampleTable(
            start: start, length: length, count: count, bounds: bounds, resample: resample, isReversed: true)
        #expect((1...bounds.count).contains(table.taps))
        #expect(table.first.count == count && table.weights.count == count * table.taps)
        for value in 0..<count {
            #expect(Int(table.first[value]) + table.taps <= bounds.count)
            let weights = table.weights[value * table.taps..<(value + 1) * table.taps]
            #expect(abs(weights.reduce(0, +) - 1) < 1e-4)
            #expect(table.first[value] == reversed.first[count - 1 - value])
            #expect(
                weights.elementsEqual(reversed.weights[(count - 1 - value) * table.taps..<(count - value) * table.taps])
            )
        }
    }
}

@Test func aCopyAtTheSameSizeTakesEachPixelByItself() {
    for resample in Resample.allCases {
        let table = ResampleTable(
            start: 3, length: 10, count: 10, bounds: 0..<20, resample: resample, isReversed: false)
        for value in 0..<10 {
            for tap in 0..<table.taps {
                let isItself = Int(table.first[value]) + tap == value + 3
                #expect(abs(table.weights[value * table.taps + tap] - (isItself ? 1 : 0)) < 1e-6, "\(resample)")
            }
        }
    }
}
