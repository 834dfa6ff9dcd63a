import Capture
import Vocabulary

extension FrameIdentity {
    /// The identity of the file at `path`, if it is still the frame `id` of a source: of a file known only by its id.
    /// - Parameter directory: of the source; paths below it make identities where inodes are unstable.
    init?(of id: FrameID, source: String, path: String, directory: String) {
        guard let identity = FrameIdentity(ofFile: path, source: source, directory: directory), identity.id == id else {
            return nil
        }
        self = identity
    }
}
