import Capture
import Delivery
import Foundation
import Logging
import Settings
import Site
import Store
import Synchronization
import Vocabulary

/// What the page and the API make the appliance do, and the figures they show.
final class ApplianceControls: Controls {
    private let store: Store
    private let arming: Arming
    private let actions: ActionRunner
    private let thumbnails: Thumbnails
    private let backlog: Backlog
    private let statusBoard: StatusBoard
    private let settings: CurrentSettings
    private let reloading: @Sendable () async throws -> Void
    private let logger: Logger

    init(
        store: Store, arming: Arming, actions: ActionRunner, thumbnails: Thumbnails, backlog: Backlog,
        statusBoard: StatusBoard, settings: CurrentSettings, logger: Logger,
        reloading: @escaping @Sendable () async throws -> Void
    ) {
        self.store = store
        self.arming = arming
        self.actions = actions
        self.thumbnails = thumbnails
        self.backlog = backlog
        self.statusBoard = statusBoard
        self.settings = settings
        self.logger = logger
        self.reloading = reloading
    }

    func status() async -> ApplianceStatus { await statusBoard.status() }

    func arm() async throws {
        let state = ArmedState.armed(since: Clock.now().wall)
        arming.set(state)
        logger.notice("armed")
        try await keep(state)
    }

    func disarm(for duration: Duration?) async throws {
        let now = Clock.now().wall
        let state = ArmedState.disarmed(since: now, until: duration.map { now + $0 })
        arming.set(state)
        actions.endAll()
        logger.notice("disarmed", metadata: ["until": "\(state.until?.description ?? "armed again")"])
        try await keep(state)
    }

    func correct(_ detection: DetectionID, label: String) async throws {
        let label = try checked(label)
        do {
            try await store.correct(detection, label: label, at: Clock.now().wall)
        } catch {
            throw ControlError(error.kind == .notFound ? .notFound : .failed, "\(error)")
        }
        logger.notice("corrected", metadata: ["detection": "\(detection)", "label": "\(label)"])
    }

    func correct(frame: FrameID, region: String?, label: String) async throws {
        let label = try checked(label)
        do {
            try await store.correct(frame: frame, region: region, label: label, at: Clock.now().wall)
        } catch {
            throw ControlError(error.kind == .notFound ? .notFound : .failed, "\(error)")
        }
        logger.notice("corrected", metadata: ["frame": "\(frame)", "label": "\(label)"])
    }

    private func checked(_ label: String) throws -> String {
        let label = label.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !label.isEmpty, label.utf8.count <= 100, !label.unicodeScalars.contains(where: { $0.value < 32 }) else {
            throw ControlError(.refused, "a label is 1 to 100 letters in one line")
        }
        return label
    }

    func reload() async throws {
        do {
            try await reloading()
        } catch {
            throw ControlError(.refused, "\(error)")
        }
    }

    func testAction(_ name: String) async throws -> ActionReport {
        guard settings.now.configuration.actions.contains(where: { $0.name == name }) else {
            let known = settings.now.configuration.actions.map(\.name).joined(separator: ", ")
            throw ControlError(
                .notFound, "there is no action '\(name)' in the settings\(known.isEmpty ? "" : "; there are \(known)")")
        }
        logger.notice("action tested", metadata: ["action": "\(name)"])
        return await actions.test(name)
    }

    func thumbnail(of frame: FrameID) async throws -> [UInt8]? { await thumbnails.make(of: frame) }

    func backlog(limit: Int) async -> [FrameItem] { statusBoard.backlogItems(limit: limit) }

    /// For the next start. Called last: holding back must never wait for a disk.
    private func keep(_ state: ArmedState) async throws {
        do {
            try await store.setArmed(state)
        } catch {
            throw ControlError(.failed, "in force now, but it would not outlive a restart: \(error)")
        }
    }
}
