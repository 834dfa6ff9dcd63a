public import Foundation
import Glibc

extension Registry {
    /// The directory that versions and roles are written to: the first.
    ///
    /// - Throws: where there is none.
    func owned() throws(ModelError) -> String {
        guard let first = directories.first else {
            throw .refused("there is no registry to write to: storage.directory is missing")
        }
        return first
    }

    /// Where ``roles()`` are written.
    static func rolesPath(in directory: String) -> String { "\(directory)/roles.json" }

    /// Runs `body` while nobody else changes the registry; other readers are not held up.
    public func locked<Result>(_ body: (String) throws -> Result) throws -> Result {
        let directory = try owned()
        try Disk.makeDirectory(directory)
        let path = "\(directory)/.lock"
        let file = open(path, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else {
            throw ModelError.unwritable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(file) }
        while flock(file, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw ModelError.unwritable(path: path, reason: String(cString: strerror(errno)))
            }
        }
        return try body(directory)
    }

    /// Changes who serves as what: on the disk, whole, when this returns. Readers see the old or the new table.
    /// - Returns: the new table.
    @discardableResult
    public func changeRoles(_ body: (inout Roles) throws -> Void) throws -> Roles {
        try locked { directory in
            let before = try roles()
            var after = before
            try body(&after)
            guard after != before else { return after }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let bytes: Data
            do {
                bytes = try encoder.encode(after) + Data("\n".utf8)
            } catch {
                throw ModelError.malformed(path: Registry.rolesPath(in: directory), what: "\(error)")
            }
            try Disk.sweep(directory)
            try Disk.write(bytes, to: Registry.rolesPath(in: directory))
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
