@testable import Settings

/// Reads settings as a file called `rooster.yaml` in `/etc/rooster`.
func settings(_ text: String) throws(SettingsFaults) -> Configuration {
    try Configuration.read(text, file: "rooster.yaml", base: "/etc/rooster")
}

/// What is wrong with settings, a fault each; empty where nothing is.
func faults(_ text: String) -> [String] {
    do {
        _ = try settings(text)
        return []
    } catch {
        return error.faults.map(\.description)
    }
}

/// One source, on which all else can stand.
let nest = "sources: [{name: nest, directory: /var/lib/motion}]\n"
