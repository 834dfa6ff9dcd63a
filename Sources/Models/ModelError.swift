public import Vocabulary

/// Why a model version cannot serve.
public enum ModelError: Error, Equatable, CustomStringConvertible {
    /// No installed version has this name; `installed` are those that can be had.
    case unknownVersion(ModelID, installed: [ModelID])
    /// A file of the version is missing or cannot be read.
    case unreadable(path: String, reason: String)
    /// A file of the version does not say what it must.
    case malformed(path: String, what: String)
    /// A file is not the one that the manifest names.
    case damaged(path: String, expected: String, found: String)
    /// The folders hold too few photos that can be decoded.
    case tooFewPhotos(folders: [String], found: Int, needed: Int, unreadable: Int)
    /// The network cannot be run.
    case network(path: String, reason: String)
    /// A file or directory of a registry cannot be written; what was there is untouched.
    case unwritable(path: String, reason: String)
    /// What was asked must not be done, and why.
    case refused(String)
    /// A golden photo does not give what the version promises.
    case wrongAnswer(photo: String, what: String)

    /// What, where, and what to do.
    public var description: String {
        switch self {
        case .unknownVersion(let id, let installed) where installed.isEmpty:
            "there is no model version \(id), nor any other: is the models folder installed?"
        case .unknownVersion(let id, let installed):
            "there is no model version \(id); installed: \(installed.map(\.description).joined(separator: ", "))"
        case .unreadable(let path, let reason):
            "\(path): \(reason)"
        case .malformed(let path, let what):
            "\(path): \(what)"
        case .damaged(let path, let expected, let found):
            "\(path) is damaged: its SHA-256 is \(found.prefix(12)), the manifest says \(expected.prefix(12)). "
                + "Install it again, or serve another version"
        case .tooFewPhotos(let folders, let found, let needed, let unreadable):
            "\(folders.joined(separator: ", ")): \(found) photos (.jpg, .jpeg)"
                + (unreadable > 0 ? " and \(unreadable) files that cannot be decoded" : "")
                + "; at least \(needed) are needed"
        case .network(let path, let reason):
            "\(path): \(reason)"
        case .unwritable(let path, let reason):
            "\(path) cannot be written: \(reason). The model versions that were there are as they were"
        case .refused(let why):
            why
        case .wrongAnswer(let photo, let what):
            "golden photo \(photo): \(what). The version does not compute what it was made to compute here"
        }
    }
}
