/// Sums over vectors, the same bits on every run: eight lanes in a fixed order, in float64.
func dot(_ a: [Float], _ b: [Float]) -> Double {
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            var sums = SIMD8<Double>.zero
            var place = 0
            while place + 8 <= a.count {
                sums += SIMD8<Double>(lanes(a, place)) * SIMD8<Double>(lanes(b, place))
                place += 8
            }
            var sum = sums.sum()
            while place < a.count {
                sum += Double(a[place]) * Double(b[place])
                place += 1
            }
            return sum
        }
    }
}

private func lanes(_ values: UnsafeBufferPointer<Float>, _ place: Int) -> SIMD8<Float> {
    UnsafeRawBufferPointer(values).loadUnaligned(
        fromByteOffset: place * MemoryLayout<Float>.stride, as: SIMD8<Float>.self)
}

/// `target += factor * source`.
func add(_ factor: Float, _ source: [Float], to target: inout [Float]) {
    source.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
            for place in target.indices { target[place] += factor * source[place] }
        }
    }
}

/// `target = factor * source`.
func scale(_ source: [Float], by factor: Float, into target: inout [Float]) {
    source.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
            for place in target.indices { target[place] = factor * source[place] }
        }
    }
}

/// `target = source + factor * target`.
func fold(_ source: [Float], plus factor: Float, of target: inout [Float]) {
    source.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
            for place in target.indices { target[place] = source[place] + factor * target[place] }
        }
    }
}

extension [Float] {
    /// All 0.
    mutating func zero() {
        withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
}
