import Foundation

@testable import Models

extension FuzzTarget {
    /// `head.safetensors` of a model version, and the lines of its photos.
    static let head = FuzzTarget("head", longest: 4_096) { (bytes: UnsafeRawBufferPointer) in
        let data = Data(bytes)
        _ = try? TrainingPhoto.list(data, path: "photos.jsonl")
        let head: Head
        do {
            head = try Head(safetensors: data)
        } catch {
            promise(!"\(error)".isEmpty, "a refusal says nothing")
            return
        }
        promise(head.weight.count == head.labels * head.width, "weights do not fit")
        promise(head.starts.count == head.labels + 1 && head.starts[0] == 0, "labels without photos")
        promise(head.starts.last == head.photos.count / head.width, "photos without labels")
        let again = try? Head(safetensors: head.safetensors)
        promise(again == head, "it is not read as it was written")
    }
}
