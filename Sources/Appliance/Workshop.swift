import Capture
import Delivery
import Foundation
import Imaging
import Logging
import Models
import Rules
import ServiceLifecycle
import Settings
import Site
import Store
import UnixSignals
import Vocabulary

/// Everything of a running appliance, wired.
final class Workshop {
    private let installation: Installation
    private let logger: Logger
    private let store: Store
    private let settings: CurrentSettings
    private let rules: RuleKeeper
    private let backlog = Backlog()
    private let mailbox = Mailbox<DecodedFrame>()
    private let motion = FrameMotion()
    private let queue = ReportQueue()
    private let latencies = LatencyBook()
    private let tally = Tally()
    private let originals = Originals()
    private let owed = OwedPictures()
    private let actions: ActionRunner
    private let journal: IntentJournal
    private let dispatcher: ChannelDispatcher
    private let watcher: Watcher
    private let inputWatch: InputWatch
    private let firstStarts: FirstStarts
    private let board: StatusBoard
    private let controls: ApplianceControls
    private let recorder: Recorder
    private let models: ModelDesk
    private let laterCounts = LaterAnswers.Counts()
    private let arming: Arming
    private let ages: AgeKeeper
    private let started = Clock.now()

    /// Opens the record, loads the model, and puts everything together; nothing runs yet.
    init(_ installation: Installation, logger: Logger) async throws {
        self.installation = installation
        self.logger = logger
        let configuration = installation.configuration
        settings = CurrentSettings(InForce(configuration))
        models = try ModelDesk(installation, settings: settings, logger: logger)
        store = try Workshop.openStore(configuration.storage.directory, logger: logger)
        store.keep(within: settings.now.retention)
        rules = await RuleKeeper(store, now: started)
        ages = await AgeKeeper(store, now: started)
        arming = Arming(await Workshop.armedState(store, logger: logger))
        let thumbnails = Thumbnails(store)

        let client = HTTPClient()
        let journal = IntentJournal(path: "\(configuration.storage.directory)/intents")
        self.journal = journal
        let queue = queue
        let tally = tally
        let rules = rules
        actions = ActionRunner(
            actions: configuration.actions, journal: journal, client: client, clock: Clock.now
        ) { detection, report in
            tally.note(report)
            rules.note(report, of: detection)
            queue.put(report, of: detection)
        }
        dispatcher = ChannelDispatcher(
            channels: configuration.channels, store: store, client: client, timeZone: configuration.place.timeZone,
            clock: Clock.now,
            trouble: { channel, trouble in
                if let trouble {
                    logger.warning("channel in trouble", metadata: ["channel": "\(channel)", "reason": "\(trouble)"])
                } else {
                    logger.notice("channel delivers again", metadata: ["channel": "\(channel)"])
                }
            })
        firstStarts = await FirstStarts(configuration.sources.map(\.name), store: store, now: started.wall)
        watcher = Workshop.watcher(
            configuration, firstStarts: firstStarts, store: store, backlog: backlog, queue: queue)
        inputWatch = await InputWatch(configuration.sources.map(\.name), store: store, now: started)
        board = StatusBoard(
            StatusBoard.Sources(
                settings: settings, settingsPath: installation.settingsPath, store: store, arming: arming,
                models: models, laterCounts: laterCounts, watcher: watcher, inputWatch: inputWatch, backlog: backlog,
                latencies: latencies, tally: tally, dispatcher: dispatcher, journal: journal, reports: queue,
                owed: owed, ages: ages, originals: originals, started: started.wall))
        let reloader = Reloader(
            installation: installation, settings: settings, store: store, watcher: watcher, actions: actions,
            dispatcher: dispatcher, rules: rules, models: models, board: board, logger: logger)
        controls = ApplianceControls(
            store: store, arming: arming, actions: actions, thumbnails: thumbnails, backlog: backlog,
            statusBoard: board, settings: settings, logger: logger, reloading: reloader.reload)
        recorder = Recorder(
            queue: queue, store: store, journal: journal, settings: settings, thumbnails: thumbnails,
            originals: originals, owed: owed, firstStarts: firstStarts, tally: tally, logger: logger)
        rules.restore(journal.starts(now: started), now: started)
    }

    /// Runs until it is told to stop.
    func run() async throws {
        let pulse = ServiceManager(environment: ProcessInfo.processInfo.environment).map {
            Pulse(manager: $0, motion: motion, backlog: backlog, board: board, logger: logger)
        }
        let site = try SiteServer(
            store: store, controls: controls, settings: try siteSettings(), logger: logger,
            onListening: { _ in pulse?.ready() })
        let threads = try startPath()
        await takeUpVisits()
        await takeUpOutcomes()
        var running = Set<DetectionID>()
        for (detection, report) in actions.recover(isArmed: arming.isArmed(at: Clock.now())) {
            tally.note(report)
            rules.note(report, of: detection)
            queue.put(report, of: detection)
            if !report.state.isFinal { running.insert(detection) }
        }
        for source in settings.now.configuration.sources where source.after == .delete {
            await originals.takeUp(source.directory, of: source.name, running: running, store: store)
        }
        watcher.start()
        logger.notice(
            "watching",
            metadata: [
                "sources": "\(settings.now.configuration.sources.map(\.directory).joined(separator: " "))",
                "model": "\(models.standing.version.id)", "version": "\(Facts.version)",
            ])
        let housekeeping = Housekeeping(
            store: store, rules: rules, queue: queue, settings: settings, originals: originals, recorder: recorder,
            watcher: watcher, backlog: backlog, inputWatch: inputWatch, arming: arming, ages: ages, logger: logger)
        let dispatcher = dispatcher
        let services: [any Service] = [
            Until { await dispatcher.run() }, Until { await housekeeping.run() }, Until { await pulse?.run() },
            ReloadOnSignal(controls: controls), site,
        ]
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .ignore) },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "rooster.services") { _ in SwiftLogNoOpLogHandler() }))
        let recorder = recorder
        async let recording: Void = recorder.run()
        let outcome: Result<Void, any Error>
        do {
            try await group.run()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await stop(threads)
        await recording
        await rules.keep(in: store)
        await store.close()
        print(board.summary())
        try outcome.get()
    }

    /// What the site is told, with the secret from its file.
    private func siteSettings() throws -> SiteSettings {
        let configuration = settings.now.configuration
        var token: String?
        if let file = configuration.http.tokenFile {
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw Appliance.StartFailure(
                    description:
                        "http.token_file \(file) cannot be read: make it, readable for the user Rooster runs as")
            }
            token = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard token?.isEmpty == false else {
                throw Appliance.StartFailure(
                    description: "http.token_file \(file) is empty: write a long random word into it")
            }
        }
        return SiteSettings(
            host: configuration.http.host, port: configuration.http.port, token: token,
            publicFeeds: configuration.http.publicFeeds, title: configuration.place.name,
            timeZone: configuration.place.timeZone.identifier)
    }

    /// Starts the two threads of the frame's path, and the one that follows the roles of versions.
    private func startPath() throws -> [PlainThread] {
        let watcher = watcher
        let decode = DecodeStage(
            backlog: backlog, settings: settings, mailbox: mailbox, reports: queue,
            inputWatch: inputWatch, motion: motion, giveBack: { watcher.settle($0) })
        let around = Lane.Surroundings(
            mailbox: mailbox, settings: settings, rules: rules, arming: arming, actions: actions, reports: queue,
            latencies: latencies, inputWatch: inputWatch, motion: motion, models: models, laterCounts: laterCounts,
            backlog: backlog)
        let (models, store, settings) = (models, store, settings)
        return [
            PlainThread("decode") { decode.serve() },
            PlainThread("lane") { Lane(around).serve() },
            PlainThread("models") {
                models.follow { change in
                    let entry = AuditEntry(
                        time: Clock.now().wall, asker: Asker(.commandLine),
                        deed: change.isRollback ? .rollback : .promote, before: "\(change.before)",
                        after: "\(change.after)")
                    Task { await store.note(entry, keep: settings.now.configuration.storage.keepRecords) }
                }
            },
        ]
    }

    /// Stops in the order of the path, so that nothing claimed last is lost.
    private func stop(_ threads: [PlainThread]) async {
        watcher.stop()
        backlog.close()
        threads[0].join()
        mailbox.close()
        threads[1].join()
        models.close()
        threads[2].join()
        actions.close()
        queue.close()
    }

    /// The process may have died between the end of an action and its record. Where its whole frame is not on record, the
    /// recorder asks the journal when the frame is decided again.
    private func takeUpOutcomes() async {
        let outcomes = journal.outcomes
        guard let onRecord = try? await store.onRecord(Set(outcomes.map(\.detection))) else { return }
        let recorded = outcomes.filter { onRecord.contains($0.detection) }
        for (detection, report) in recorded { queue.put(report, of: detection) }
        journal.noteOnRecord(recorded.map { (detection: $0.detection, action: $0.report.name) })
    }

    /// Visits that went on when the process ended go on, or end when their gap is over.
    private func takeUpVisits() async {
        let book = settings.now.book
        let open = (try? await store.openVisits()) ?? []
        let now = Clock.now()
        rules.withLock { state in
            for visit in open {
                state.noteVisit(
                    visit.id, label: visit.label, source: visit.source, region: visit.region, first: visit.started,
                    last: visit.last, gap: book.visitGap(ofSource: visit.source), now: now)
            }
        }
    }

    /// Who is armed holds across restarts. A disk that fails for a moment is asked once more; where it cannot say, frames
    /// are answered as if nobody had disarmed.
    private static func armedState(_ store: Store, logger: Logger) async -> ArmedState {
        var failure = ""
        for _ in 0..<2 {
            do {
                return try await store.armedState()
            } catch {
                failure = "\(error)"
            }
        }
        logger.error("whether actions may start cannot be read: they may", metadata: ["reason": "\(failure)"])
        return .armed(since: Instant(milliseconds: 0))
    }

    /// Opens the record; where it cannot be written, frames are answered from memory and the page says why.
    private static func openStore(_ directory: String, logger: Logger) throws -> Store {
        let now = Clock.now().wall
        do {
            let store = try Store(directory: directory, now: now)
            if case .setAside(let reason) = store.beginning {
                logger.error(
                    "the record was damaged and put aside; a new one begins", metadata: ["reason": "\(reason)"])
            }
            return store
        } catch  where error.kind == .newer {
            throw error
        } catch {
            let mend = ReadOnlyMount.holds(directory) ? ". \(ReadOnlyMount.mend(directory))" : ""
            logger.error(
                "nothing can be recorded; frames are answered from memory", metadata: ["reason": "\(error)\(mend)"])
            return try Store(inMemoryBecause: error, directory: directory, now: now)
        }
    }

    private static func watcher(
        _ configuration: Configuration, firstStarts: FirstStarts, store: Store, backlog: Backlog, queue: ReportQueue
    ) -> Watcher {
        Watcher(
            sources: configuration.sources.map(WatchedSource.init), clock: Clock.now, backlog: backlog,
            earlier: EarlierFrames(
                known: { store.known(among: $0) },
                firstLook: { firstStarts.began($0) }),
            onNoted: { files in
                for file in files {
                    queue.put(
                        FrameReport(
                            identity: file.identity, path: file.path, time: file.time, state: .noted,
                            deadline: .seconds(1)))
                }
                queue.waitForRoom()
            },
            onGone: { ids in queue.put(gone: ids) },
            onFirstLook: { source in queue.put(lookedAt: source) })
    }
}
