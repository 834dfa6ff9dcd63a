/// float32 in one block, aligned to 64 bytes.
final class AlignedBlock {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    private let raw: UnsafeMutableRawPointer

    /// - Parameter isCleared: whether all are 0 at first; else whoever fills the block writes every one of them.
    init(count: Int, isCleared: Bool = true) {
        self.count = count
        let bytes = max(count, 16) * MemoryLayout<Float>.stride
        raw = .allocate(byteCount: bytes, alignment: 4096)
        pointer = raw.bindMemory(to: Float.self, capacity: max(count, 16))
        if isCleared { pointer.initialize(repeating: 0, count: max(count, 16)) }
    }

    var byteCount: Int { count * MemoryLayout<Float>.stride }

    deinit { raw.deallocate() }
}
