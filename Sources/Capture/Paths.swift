import Glibc

/// `path` seen from the root, without a slash at its end; not resolved, as what it leads to may change.
func absolutePath(_ path: String) -> String {
    var absolute = path
    if !path.hasPrefix("/") {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let here = buffer.withUnsafeMutableBufferPointer { buffer -> String in
            getcwd(buffer.baseAddress, buffer.count).map { String(cString: $0) } ?? ""
        }
        let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        absolute = relative == "." || relative.isEmpty ? here : join(here, relative)
    }
    while absolute.count > 1 && absolute.hasSuffix("/") { absolute.removeLast() }
    return absolute
}

/// `name` in `directory`; either may be empty.
func join(_ directory: String, _ name: String) -> String {
    if directory.isEmpty { return name }
    if name.isEmpty { return directory }
    return directory.hasSuffix("/") ? directory + name : directory + "/" + name
}
