import Capture
import Glibc
import Imaging
import Vocabulary

/// A frame on its way to the network.
struct DecodedFrame: Sendable {
    var claim: Claim
    var source: InForce.Source
    var picture: Picture
    /// When the decoder took the claim, monotonic.
    var taken: Duration
    /// When the picture was ready, monotonic.
    var decoded: Duration
}

/// Takes the newest claim, reads and decodes it, and leaves the picture in the mailbox. Runs on a thread of its own.
struct DecodeStage: Sendable {
    let backlog: Backlog
    let settings: CurrentSettings
    let mailbox: Mailbox<DecodedFrame>
    let reports: ReportQueue
    let inputWatch: InputWatch
    let motion: FrameMotion
    /// Hands a claim back that is not complete yet, or not there any more.
    let giveBack: @Sendable (Claim) -> Void

    /// Works until the backlog is closed.
    func serve() {
        var reader = FrameReader()
        let decoder = JPEGDecoder(limits: .standard)
        // Room first, then the newest claim: a decoded frame must not wait behind another while a newer one comes.
        while mailbox.waitForRoom(), let claim = backlog.take() {
            motion.begin()
            defer { motion.end() }
            let taken = Clock.monotonic()
            guard let source = settings.now.sources[claim.identity.source] else { continue }
            if taken - claim.completed.monotonic > source.staleAfter, reports.isBehind {
                // Old frames can wait until what was answered is recorded; new ones still go first.
                backlog.put(claim)
                usleep(10_000)
                continue
            }
            switch reader.read(claim) {
            case .complete(let jpeg):
                do throws(ImagingError) {
                    let boxes = source.regions.map(\.box)
                    let picture = try decoder.decode(jpeg, regions: boxes, minimumSide: DecodeStage.minimumSide)
                    let frame = DecodedFrame(
                        claim: claim, source: source, picture: picture, taken: taken, decoded: Clock.monotonic())
                    guard mailbox.put(frame) else { return }
                } catch {
                    quarantine(claim, source, "\(error.kind.rawValue): \(claim.path) \(error.message)")
                    inputWatch.refused(claim, error.kind)
                }
            case .unreadable(let reason):
                quarantine(claim, source, "unreadable: \(reason)")
                inputWatch.refused(claim, nil)
            case .growing, .changed, .gone:
                giveBack(claim)
            }
        }
    }

    /// The shorter side a region keeps at least when it is decoded small: an eighth more than the network's 224.
    static let minimumSide = 256

    private func quarantine(_ claim: Claim, _ source: InForce.Source, _ reason: String) {
        reports.put(
            FrameReport(
                identity: claim.identity, path: claim.path, time: claim.time, state: .quarantined(reason: reason),
                deadline: source.deadline))
    }
}
