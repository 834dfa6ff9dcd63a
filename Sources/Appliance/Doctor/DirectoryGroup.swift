import CLinux
import Glibc

/// The group whose members may look into a directory: what a user has to join who may not. nil where that group may not either,
/// where its members may much more than that (`adm`, `disk`, `docker`), and where it cannot be told (in a service's own user
/// namespace most groups are nobody's).
func groupThatMayLook(into directory: String) -> String? {
    var status = rk_file()
    let needed = S_IRGRP | S_IXGRP
    guard rk_stat(directory, &status) == 0, status.mode & needed == needed,
        // Below 100 are those that Debian itself gives out.
        status.group >= 100, status.group != 65_534
    else { return nil }
    var entry = group()
    var found: UnsafeMutablePointer<group>?
    var buffer = [CChar](repeating: 0, count: 65_536)  // with the names of all members
    guard getgrgid_r(status.group, &entry, &buffer, buffer.count, &found) == 0, found != nil, let name = entry.gr_name
    else { return nil }
    let word = String(cString: name)
    return ["docker", "lxd", "incus", "libvirt", "wheel"].contains(word) ? nil : word
}
