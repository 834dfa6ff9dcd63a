import Vocabulary

/// Files that were claimed lately, to see when only their time is set afterwards.
///
/// `wget`, `curl -R` and some cameras' FTP set a file's time after they have closed it. That makes another identity of
/// the same bytes: it must not be answered again. Where it is not sure, it is: twice is better than never.
struct TouchedFiles {
    private struct Entry {
        var identity: FrameIdentity
        var claimed: CompactFrameID
        /// The identity since its time was set; nil where it was not.
        var touched: CompactFrameID?
    }

    /// By path below the source's directory.
    private var entries: [String: Entry] = [:]
    /// From either identity to the path.
    private var paths: [CompactFrameID: String] = [:]
    private var order: [String] = []
    private var next = 0
    /// Tools set the time at once; a thousand files later nobody does.
    private static let most = 1_024

    /// Remembers a claim.
    mutating func claimed(_ identity: FrameIdentity, id: CompactFrameID, path: String) {
        if entries[path] == nil {
            if order.count < Self.most {
                order.append(path)
            } else {
                remove(order[next])
                order[next] = path
                next = (next + 1) % Self.most
            }
        }
        remove(path)
        entries[path] = Entry(identity: identity, claimed: id)
        paths[id] = path
    }

    /// The time of a file was set.
    /// - Returns: the identity that was claimed of the same file with as many bytes; nil where there is none.
    mutating func touch(_ identity: FrameIdentity, id: CompactFrameID, path: String) -> CompactFrameID? {
        guard var entry = entries[path], entry.claimed != id, entry.identity.file == identity.file,
            entry.identity.size == identity.size
        else { return nil }
        if let old = entry.touched { paths[old] = nil }
        entry.touched = id
        entries[path] = entry
        paths[id] = path
        return entry.claimed
    }

    /// The identity that was claimed of a file whose time was set since; nil for all others.
    func claimed(insteadOf id: CompactFrameID) -> CompactFrameID? {
        guard let path = paths[id], let entry = entries[path], entry.touched == id else { return nil }
        return entry.claimed
    }

    /// Forgets a claim.
    /// - Returns: the identity its file has since its time was set, which is to be forgotten with it.
    mutating func forget(_ claimed: CompactFrameID) -> CompactFrameID? {
        guard let path = paths[claimed], let entry = entries[path], entry.claimed == claimed else { return nil }
        remove(path)
        return entry.touched
    }

    private mutating func remove(_ path: String) {
        guard let entry = entries.removeValue(forKey: path) else { return }
        paths[entry.claimed] = nil
        if let touched = entry.touched { paths[touched] = nil }
    }
}
