public import Foundation
import Glibc

extension Registry {
    /// Where ``roles()`` are written.
    static func rolesPath(in directory: String) -> String { "\(directory)/roles.json" }

    /// Runs `body` with the directory that versions and roles are written to, the first, while nobody else changes it.
    /// Readers are not held up.
    func locked<Result>(_ body: (String) throws(ModelError) -> Result) throws(ModelError) -> Result {
        guard let directory = directories.first else {
            throw .unwritable(path: "models", reason: "there is no directory for model versions")
        }
        try Disk.makeDirectory(directory)
        let path = "\(directory)/.lock"
        let file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
        defer { close(file) }
        while flock(file, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .unwritable(path: path, reason: String(cString: strerror(errno))) }
        }
        return try body(directory)
    }

    /// Changes who serves as what: on the disk, whole, when this returns. Readers see the old or the new table.
    /// - Returns: the new table.
    @discardableResult
    public func changeRoles(_ body: (inout Roles) throws(ModelError) -> Void) throws(ModelError) -> Roles {
        try locked { (directory) throws(ModelError) in
            let before = try roles()
            var after = before
            try body(&after)
            guard after != before else { return after }
            let path = Registry.rolesPath(in: directory)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let bytes: Data
            do {
                bytes = try encoder.encode(after) + Data("\n".utf8)
            } catch {
                throw .malformed(path: path, what: "\(error)")
            }
            try Disk.sweep(directory)
            try Disk.write(bytes, to: path)
            return after
        }
    }

    /// The bytes of the table of roles that holds: to see cheaply whether it changed. Empty where there is none.
    public func rolesBytes() -> Data {
        for directory in directories {
            if let bytes = try? Data(contentsOf: URL(filePath: Registry.rolesPath(in: directory))) { return bytes }
        }
        return Data()
    }
}
