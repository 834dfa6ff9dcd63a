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
    private let reloading: @Sendable () async throws -> SettingsDifference
    private let logger: Logger

    init(
        store: Store, arming: Arming, actions: ActionRunner, thumbnails: Thumbnails, backlog: Backlog,
        statusBoard: StatusBoard, settings: CurrentSettings, logger: Logger,
        reloading: @escaping @Sendable () async throws -> SettingsDifference
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

    func arm(by asker: Asker) async throws {
        let state = ArmedState.armed(since: Clock.now().wall)
        let before = arming.now
        arming.set(state)
        await note(.arm, by: asker, before: before.words, after: state.words)
        try await keep(state)
    }

    func disarm(for duration: Duration?, by asker: Asker) async throws {
        let now = Clock.now().wall
        let state = ArmedState.disarmed(since: now, until: duration.map { now + $0 })
        let before = arming.now
        arming.set(state)
        actions.endAll()
        await note(.disarm, by: asker, before: before.words, after: state.words)
        try await keep(state)
    }

    func correct(_ detection: DetectionID, label: String, by asker: Asker) async throws {
        let label = try checked(label)
        let before = try? await store.detection(detection)
        do {
            try await store.correct(detection, label: label, at: Clock.now().wall)
        } catch {
            throw ControlError(error.kind == .notFound ? .notFound : .failed, "\(error)")
        }
        await note(
            .correct, by: asker, subject: detection.rawValue, before: before.map { $0.correction ?? $0.label },
            after: label)
    }

    func correct(frame: FrameID, region: String?, label: String, by asker: Asker) async throws {
        let label = try checked(label)
        do {
            try await store.correct(frame: frame, region: region, label: label, at: Clock.now().wall)
        } catch {
            throw ControlError(error.kind == .notFound ? .notFound : .failed, "\(error)")
        }
        await note(.correct, by: asker, subject: frame.rawValue, after: label)
    }

    private func checked(_ label: String) throws -> String {
        let label = label.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !label.isEmpty, label.utf8.count <= 100, !label.unicodeScalars.contains(where: { $0.value < 32 }) else {
            throw ControlError(.refused, "a label is 1 to 100 letters in one line")
        }
        return label
    }

    func reload(by asker: Asker) async throws {
        do {
            let difference = try await reloading()
            await note(.reload, by: asker, before: difference.before, after: difference.after)
        } catch {
            throw ControlError(.refused, "\(error)")
        }
    }

    func testAction(_ name: String, by asker: Asker) async throws -> ActionReport {
        guard settings.now.configuration.actions.contains(where: { $0.name == name }) else {
            let known = settings.now.configuration.actions.map(\.name).joined(separator: ", ")
            throw ControlError(
                .notFound, "there is no action '\(name)' in the settings\(known.isEmpty ? "" : "; there are \(known)")")
        }
        let report = await actions.test(name)
        await note(.actionTest, by: asker, subject: name, after: report.state.rawValue)
        return report
    }

    func thumbnail(of frame: FrameID) async throws -> [UInt8]? { await thumbnails.make(of: frame) }

    func backlog(limit: Int) async -> [FrameItem] { statusBoard.backlogItems(limit: limit) }

    /// Takes down who changed what, in the record and in the log.
    private func note(
        _ deed: AuditEntry.Deed, by asker: Asker, subject: String? = nil, before: String? = nil, after: String? = nil
    ) async {
        let entry = AuditEntry(
            time: Clock.now().wall, asker: asker, deed: deed, subject: subject, before: before, after: after)
        let who = [asker.way.rawValue, asker.address, asker.hasToken ? "with the token" : nil]
        var metadata: Logger.Metadata = ["by": "\(who.compactMap { $0 }.joined(separator: ", "))"]
        for (name, value) in [("subject", entry.subject), ("from", entry.before), ("to", entry.after)] {
            if let value { metadata[name] = "\(value)" }
        }
        logger.notice("changed: \(deed.rawValue)", metadata: metadata)
        await store.note(entry, keep: settings.now.configuration.storage.keepRecords)
    }

    /// For the next start. Called last: holding back must never wait for a disk.
    private func keep(_ state: ArmedState) async throws {
        do {
            try await store.setArmed(state)
        } catch {
            throw ControlError(.failed, "in force now, but it would not outlive a restart: \(error)")
        }
    }
}

extension ArmedState {
    /// For the list of changes.
    fileprivate var words: String {
        armed ? "armed" : until.map { "off until \($0)" } ?? "off"
    }
}
