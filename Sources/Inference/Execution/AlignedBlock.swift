/// float32 in one block, aligned to 64 bytes, all 0 at first.
final class AlignedBlock {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    private let raw: UnsafeMutableRawPointer

    init(count: Int) {
        self.count = count
        let bytes = max(count, 16) * MemoryLayout<Float>.stride
        raw = .allocate(byteCount: bytes, alignment: 64)
        pointer = raw.initializeMemory(as: Float.self, repeating: 0, count: max(count, 16))
    }

    var byteCount: Int { count * MemoryLayout<Float>.stride }

    deinit { raw.deallocate() }
}
