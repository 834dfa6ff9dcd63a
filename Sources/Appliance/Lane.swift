import Capture
import Delivery
import Imaging
import Models
import Rules
import Vocabulary

/// Infers, decides, starts what is due, hands a report on and takes the next picture. Runs on a thread of its own;
/// nothing here waits for disk, page or network but the action's intent.
final class Lane {
    /// What the lane needs of everything around it.
    struct Surroundings: Sendable {
        let mailbox: Mailbox<DecodedFrame>
        let settings: CurrentSettings
        let rules: RuleKeeper
        let arming: Arming
        let actions: ActionRunner
        let reports: ReportQueue
        let latencies: LatencyBook
        let inputWatch: InputWatch
        let motion: FrameMotion
        let models: ModelDesk
        let laterCounts: LaterAnswers.Counts
        let backlog: Backlog

        /// True where a frame is about to come: what can wait does.
        var isBusy: Bool { backlog.count > 0 }
    }

    private let around: Surroundings
    private var crew: Crew
    private let later: LaterAnswers

    init(_ around: Surroundings) {
        self.around = around
        crew = around.models.crew
        later = LaterAnswers(around.laterCounts, around.reports)
    }

    /// Works until the mailbox is closed.
    func serve() {
        crew.startHelpers()
        while true {
            if later.isEmpty || around.isBusy {
                guard let frame = around.mailbox.take() else { break }
                move(frame)
                continue
            }
            switch around.mailbox.takeNow() {
            case .value(let frame): move(frame)
            case .nothing: later.work()
            case .closed: later.drop()
            }
        }
        later.drop()
    }

    /// Answers, and lets the watchdog see that frames move.
    private func move(_ frame: DecodedFrame) {
        around.motion.begin()
        answer(frame)
        around.motion.end()
    }

    /// Takes a new crew: between two frames, so that one frame is answered by one production version.
    private func relieve() {
        let next = around.models.crew
        guard next !== crew else { return }
        later.drop()
        around.models.retire(crew)
        crew = next
        crew.startHelpers()
    }

    private func answer(_ frame: DecodedFrame) {
        relieve()
        let claim = frame.claim
        var timings: [Stage: Duration] = [
            .wait: frame.taken - claim.completed.monotonic, .decode: frame.decoded - frame.taken,
            .handover: Clock.monotonic() - frame.decoded,
        ]
        var answers: [FrameReport.RegionAnswer] = []
        var readouts: [Readout] = []
        for region in frame.source.regions {
            do throws(ImagingError) {
                let answer = try crew.production.classify(frame.picture, region: region)
                answers.append(.init(region, answer.prediction))
                if !crew.companions.isEmpty { readouts.append(crew.production.readout()) }
                timings[.prepare, default: .zero] += answer.prepare
                timings[.infer, default: .zero] += answer.infer
            } catch {
                around.reports.put(
                    FrameReport(
                        identity: claim.identity, path: claim.path, time: claim.time,
                        state: .quarantined(reason: "\(error.kind.rawValue): \(claim.path) \(error.message)"),
                        deadline: frame.source.deadline))
                around.inputWatch.refused(claim, error.kind)
                return
            }
        }
        act(on: frame, answers, readouts, timings)
        if !crew.guests.isEmpty { later.put(frame, crew.guests) }
    }

    private func act(
        on frame: DecodedFrame, _ answers: [FrameReport.RegionAnswer], _ readouts: [Readout],
        _ timings: [Stage: Duration]
    ) {
        let claim = frame.claim
        var timings = timings
        let before = Clock.now()
        let facts = FrameFacts(
            id: claim.id, source: claim.identity.source, time: claim.time, completed: claim.completed,
            deadline: frame.source.deadline, staleAfter: frame.source.staleAfter)
        let verdict = around.rules.withLock { state in
            decide(
                around.settings.now.book, predictions: answers.map(\.prediction), frame: facts, state: &state,
                circumstances: Circumstances(armed: around.arming.isArmed(at: before), actions: around.actions.load()),
                now: before)
        }
        let decided = Clock.monotonic()
        timings[.decide] = decided - before.monotonic
        var started = decided
        var actions: [DetectionID: ActionReport] = [:]
        if !verdict.due.isEmpty {
            for var due in verdict.due {
                due.picture = claim.path
                let report = around.actions.start(due)
                actions[due.detection.id] = report
                around.rules.note(report, of: due.detection.id)
            }
            started = Clock.monotonic()
            timings[.act] = started - decided
        }
        let latency = started - claim.completed.monotonic
        let missed = cause(of: latency, frame, timings)
        let report = FrameReport(
            identity: claim.identity, path: claim.path, time: claim.time, state: .recorded, late: verdict.late,
            deadline: frame.source.deadline, latency: latency, missed: missed, timings: timings,
            answers: scored(answers, readouts), detections: verdict.detections, nearMisses: verdict.nearMisses,
            actions: actions)
        around.reports.put(report)
        around.reports.put(endedVisits: verdict.endedVisits)
        around.latencies.note(report)
        around.inputWatch.answered(frame)
    }

    /// The answers with those of the companions: after what is due has started.
    private func scored(
        _ answers: [FrameReport.RegionAnswer], _ readouts: [Readout]
    ) -> [FrameReport.RegionAnswer] {
        var answers = answers
        for (index, readout) in readouts.enumerated() where answers.indices.contains(index) {
            answers[index].others = crew.companions.map { companion in
                .init(
                    role: companion.role,
                    prediction: companion.classifier.prediction(of: answers[index].region.name, from: readout))
            }
        }
        return answers
    }

    /// The stage that cost the time where a deadline was missed.
    private func cause(of latency: Duration, _ frame: DecodedFrame, _ timings: [Stage: Duration]) -> Stage? {
        guard latency > frame.source.deadline else { return nil }
        if frame.claim.origin == .startup { return .notRunning }
        return timings.max { $0.value < $1.value }?.key
    }
}
