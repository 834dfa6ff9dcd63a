import Glibc

// The system calls of this target: signals that interrupt them, their errors, and descriptors with an owner.

/// Calls again for as long as a signal interrupts the call: EINTR is handled here and nowhere else.
/// (Not for `close`: Linux has closed the descriptor by then.)
@inline(__always)
func uninterrupted<Value: FixedWidthInteger & SignedInteger>(_ call: () -> Value) -> Value {
    while true {
        let value = call()
        if value != -1 || errno != EINTR { return value }
    }
}

/// What a system call said when it failed.
struct SystemError: Error, Equatable, CustomStringConvertible {
    /// `errno`.
    let number: Int32

    init(_ number: Int32 = errno) { self.number = number }

    /// The system's words: "Permission denied".
    var description: String { String(cString: strerror(number)) }

    /// The file or directory, or one above it, is not there (any more).
    var isAbsence: Bool { number == ENOENT || number == ENOTDIR || number == ESTALE }

    /// Rights are missing.
    var isDenial: Bool { number == EACCES || number == EPERM }

    /// The system is short of something or the file is held by someone: worth another try.
    var isPassing: Bool {
        [EMFILE, ENFILE, ENOMEM, EAGAIN, EBUSY, ETXTBSY].contains(number)
    }
}

/// An open file that is closed with its owner.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Opens `path`; `O_CLOEXEC` is added.
    init(opening path: String, _ flags: Int32) throws(SystemError) {
        let opened = uninterrupted { Glibc.open(path, flags | O_CLOEXEC) }
        if opened < 0 { throw SystemError() }
        number = opened
    }

    deinit { close(number) }

    /// Gives the open file to the caller, who closes it.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// Who is running this, for messages about rights.
enum RunningUser {
    /// The name of the effective user, or its number where it has no name.
    static let name: String = {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 4_096)
        let user = geteuid()
        if getpwuid_r(user, &record, &buffer, buffer.count, &found) == 0, found != nil, let name = record.pw_name {
            return String(cString: name)
        }
        return "number \(user)"
    }()
}
