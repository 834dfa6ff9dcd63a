internal import CProcess
import Glibc
internal import Vocabulary

/// A program that was started: its descriptors belong to whoever holds this.
struct StartedProcess: Sendable {
    /// Its id, also that of its group.
    var id: Int32
    /// Readable when it has ended; -1 where the kernel has no such thing.
    var pidfd: Int32
    /// What it prints.
    var output: Int32
    /// Its standard input, where the document did not fit into the pipe; else -1 and closed already.
    var input: Int32
    /// What of the document did not fit.
    var inputLeft: ArraySlice<UInt8>
}

/// Why a program could not be started: a sentence that says what to do.
struct StartFailure: Error, Equatable {
    var message: String
}

/// Starts a program without a shell, in a process group of its own. Never waits for it: its input is written into the
/// pipe before it exists, as far as it fits (64 kB as a rule).
/// - Parameter environment: `NAME=value`, all of it.
func startProcess(
    _ arguments: [String], environment: [String], input document: [UInt8]
) throws(StartFailure) -> StartedProcess {
    guard let program = arguments.first, !program.isEmpty else {
        throw StartFailure(message: "its command is empty: name a program in the settings")
    }
    var input: [Int32] = [-1, -1]
    var output: [Int32] = [-1, -1]
    var code = rp_pipe(&input)
    guard code == 0 else { throw StartFailure(message: words(-code, program)) }
    code = rp_pipe(&output)
    guard code == 0 else {
        close(input[0])
        close(input[1])
        throw StartFailure(message: words(-code, program))
    }
    let written = document.withUnsafeBytes { write(input[1], $0.baseAddress, $0.count) }  // does not block
    let left = document[max(0, min(written, document.count))...]

    var child: pid_t = 0
    code = withCStrings(arguments) { arguments in
        withCStrings(environment) { environment in
            rp_spawn(
                &child, program, UnsafePointer(OpaquePointer(arguments)), UnsafePointer(OpaquePointer(environment)),
                input[0], output[1])
        }
    }
    close(input[0])
    close(output[1])
    if left.isEmpty || code != 0 {
        close(input[1])
        input[1] = -1
    }
    guard code == 0 else {
        close(output[0])
        throw StartFailure(message: words(-code, program))
    }
    return StartedProcess(
        id: child, pidfd: rp_pidfd(child), output: output[0], input: input[1], inputLeft: left)
}

private func words(_ code: Int32, _ program: String) -> String {
    switch code {
    case ENOENT:
        if program.contains("/") && access(program, F_OK) == 0 {
            return "\(program) is a script whose first line names an interpreter that is not installed"
        }
        return program.contains("/")
            ? "there is no program \(program): correct the path in the settings, or install it"
            : "there is no program '\(program)' in PATH: write its whole path in the settings"
    case EACCES:
        return "\(program) may not be run by this user: chmod +x it, and check the rights of its folders"
    case ENOEXEC:
        return "\(program) is no program for this machine: a script needs a first line such as #!/bin/sh"
    case ENOTDIR:
        return "\(program) is not the path of a program: correct it in the settings"
    case E2BIG:
        return "the arguments and the environment of \(program) are too long"
    case EAGAIN:
        return "\(program) was not started: this user runs too many processes already"
    case ENOMEM:
        return "\(program) was not started: there is too little memory"
    case EMFILE, ENFILE:
        return "\(program) was not started: too many files are open; raise LimitNOFILE"
    default:
        return "\(program) could not be started: \(String(cString: strerror(code)))"
    }
}
