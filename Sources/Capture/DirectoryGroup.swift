import CLinux
import Glibc

/// The group whose members may look into a directory: what a user has to join who may not. nil where that group may not either,
/// where it is root's, and where it cannot be told (a service's own user namespace shows most groups as nobody's).
public func groupThatMayLook(into directory: String) -> String? {
    var status = rk_file()
    let needed = S_IRGRP | S_IXGRP
    guard rk_stat(directory, &status) == 0, status.mode & needed == needed, status.group != 0 else { return nil }
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    var buffer = [CChar](repeating: 0, count: 65_536)  // with the names of all members
    guard getgrgid_r(status.group, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.gr_name
    else { return nil }
    let word = String(cString: name)
    return word == "nogroup" ? nil : word
}
