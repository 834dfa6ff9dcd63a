import Glibc

/// A call to the file system that failed.
struct FileError: Error, CustomStringConvertible {
    static let noSpace = ENOSPC
    static let quota = EDQUOT
    static let readOnly = EROFS
    static let noAccess = EACCES
    static let notPermitted = EPERM
    static let missing = ENOENT

    /// Whether this says that there is no such file, not that the disk failed.
    static func isAbsence(_ number: Int32) -> Bool { number == ENOENT || number == ENOTDIR || number == EINVAL }

    /// What was tried, in words: "write", "make directory".
    var operation: String
    var path: String
    /// The C library's error number.
    var number: Int32

    /// The error of the call that has just failed.
    init(_ operation: String, _ path: String, _ number: Int32 = errno) {
        self.operation = operation
        self.path = path
        self.number = number
    }

    var description: String { "cannot \(operation) \(path): \(String(cString: strerror(number)))" }
}
