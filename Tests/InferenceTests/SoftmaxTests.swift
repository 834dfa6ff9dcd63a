import Testing

@testable import Inference

@Test func probabilitiesAddUpToOneAndKeepTheOrder() {
    let logits: [Float] = [3, -2, 1_000, 999, 0]
    let probabilities = softmax(logits)
    #expect((probabilities.reduce(0, +) - 1).magnitude < 1e-6)
    #expect((probabilities[2] - 0.7310586).magnitude < 1e-5)
    #expect(probabilities[0] < 1e-30)
    #expect(softmax([]).isEmpty)
    #expect(softmax([Float](repeating: 7, count: 4)) == [0.25, 0.25, 0.25, 0.25])
}
