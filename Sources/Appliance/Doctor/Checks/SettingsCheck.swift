import Settings

extension Check {
    /// Labels that no version has, rules that are idle, secrets that others can read.
    static let settings = Check(name: "settings") { examination in
        let installation = examination.installation
        let faults = installation.faults()
        var findings = faults.map { Finding.fault($0, mend: "Correct it, then try rooster check.") }
        if faults.isEmpty {
            let count = examination.configuration.sources.count
            let path = installation.settingsPath ?? "no settings file; the presets hold"
            findings.append(.ok("\(path): \(Words.count(count, "source")), all well"))
        }
        return findings + installation.hints().map { .note($0) }
    }
}
