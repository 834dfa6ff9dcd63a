import Models

extension Check {
    /// Whether the version that answers is whole: digests, and its golden photos.
    static let model = Check(name: "model", work: "comparing the model's files and letting it answer its golden photos")
    {
        examination in
        let installation = examination.installation
        var findings: [Finding] = []
        if let trouble = examination.daemon.status?.model.trouble {
            findings.append(.fault(trouble, mend: "rooster models verify names the file; install the version again."))
        }
        do {
            let version = try installation.modelVersion(nil)
            try version.verify()
            let classifier = try Classifier(version, threads: installation.threads, clock: Clock.monotonic)
            let photos = try classifier.selfTest()
            findings.append(.ok("\(version.id) is whole and answers its \(photos) golden photos as promised"))
        } catch {
            findings.append(
                .fault(
                    "\(error)",
                    mend: "Install that version again, or name another in model.version (rooster models list)."))
        }
        return findings
    }
}
