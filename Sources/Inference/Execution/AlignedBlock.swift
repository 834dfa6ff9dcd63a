import CKernels

/// float32 in one block, aligned to 64 bytes; a large one lies in large pages, where the system gives such.
final class AlignedBlock {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int
    private let raw: UnsafeMutableRawPointer
    private static let largePage = 2 << 20

    /// - Parameter isCleared: whether all are 0 at first; else whoever fills the block writes every one of them.
    init(count: Int, isCleared: Bool = true) {
        self.count = count
        let bytes = max(count, 16) * MemoryLayout<Float>.stride
        raw = .allocate(byteCount: bytes, alignment: bytes < Self.largePage ? 64 : Self.largePage)
        if bytes >= Self.largePage { rk_prefer_large_pages(raw, bytes / Self.largePage * Self.largePage) }
        pointer = raw.bindMemory(to: Float.self, capacity: max(count, 16))
        if isCleared { pointer.initialize(repeating: 0, count: max(count, 16)) }
    }

    var byteCount: Int { count * MemoryLayout<Float>.stride }

    deinit { raw.deallocate() }
}
