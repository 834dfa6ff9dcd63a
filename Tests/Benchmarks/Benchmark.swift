/// Something to be timed: one call is one sample.
struct Benchmark {
    let name: String
    let run: () async throws -> Void
}

/// The samples of one benchmark.
struct Timing {
    let name: String
    private(set) var microseconds: [Double] = []

    init(_ name: String) { self.name = name }

    mutating func add(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        microseconds.append(Double(seconds) * 1e6 + Double(attoseconds) * 1e-12)
    }

    /// The least value that a share of the samples does not exceed; there is at least one.
    func percentile(_ share: Double) -> Double {
        microseconds.sorted()[min(Int(share * Double(microseconds.count)), microseconds.count - 1)]
    }
}

/// Times all of them in turn, round after round: what disturbs the machine disturbs each alike.
func time(_ benchmarks: [Benchmark], rounds: Int) async throws -> [Timing] {
    var timings = benchmarks.map { Timing($0.name) }
    let clock = ContinuousClock()
    for round in -3..<rounds {  // three untimed
        for (index, benchmark) in benchmarks.enumerated() {
            let start = clock.now
            try await benchmark.run()
            if round >= 0 { timings[index].add(clock.now - start) }
        }
    }
    return timings
}
