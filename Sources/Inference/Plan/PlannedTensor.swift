import ONNXFormat

/// How the elements of a value lie in memory.
enum Layout: String, Sendable {
    /// As the graph says: dense, the last dimension next to each other. Pictures: channel by channel.
    case asGraph
    /// Pictures with the channels of a pixel next to each other (NHWC): what the kernels work on.
    case pixels
    /// Bytes, pictures pixel by pixel: values of a quantised network.
    case bytes

    /// Whether a value lies the same in every layout: without pictures, or with one pixel or one channel.
    static func coincide(_ shape: [Int]) -> Bool {
        shape.count != 4 || shape[1] == 1 || shape[2] * shape[3] == 1
    }

    /// The dimensions of a value in the order in which they lie in memory.
    func memoryOrder(_ rank: Int) -> [Int] {
        self != .asGraph && rank == 4 ? [0, 2, 3, 1] : Array(0..<rank)
    }
}

/// What an element is in memory.
enum ElementFormat: Sendable {
    case float32
    /// `Int`: integers of every type of the format, and bool, away from the kernels.
    case integer
    /// A number of a quantised network.
    case byte

    init(_ type: ONNXElementType) { self = type.isFloating ? .float32 : .integer }

    /// The memory of some elements, in float32.
    func words(_ count: Int) -> Int {
        switch self {
        case .float32: count
        case .integer: 2 * count
        case .byte: (count + 3) / 4
        }
    }
}

/// A value in memory: one layout and one data type of a graph's value, and where it lies. A value can have two of these,
/// where a conversion stands between.
struct PlannedTensor: Sendable {
    enum Storage: Sendable {
        /// In the arena, at an offset that the planner works out from when it is written and last read.
        case arena
        /// Among the weights.
        case weights(WeightID)
    }

    let name: String
    /// Elements; of bytes those that fill up a pixel, too.
    let count: Int
    let format: ElementFormat
    let layout: Layout
    let storage: Storage

    /// Its memory, in float32.
    var words: Int { format.words(count) }
}

/// A tensor's place in its plan.
struct TensorID: Hashable, Sendable {
    let index: Int
}
