import Capture
import Delivery
import Dispatch
import Logging
import Rules
import Settings
import Store
import Vocabulary

/// Takes changed settings into force, or leaves the old ones where the new ones are wrong.
struct Reloader: Sendable {
    let installation: Installation
    let settings: CurrentSettings
    let store: Store
    let watcher: Watcher
    let actions: ActionRunner
    let dispatcher: ChannelDispatcher
    let rules: RuleKeeper
    let models: ModelDesk
    let board: StatusBoard
    let logger: Logger
    private let queue = DispatchQueue(label: "rooster.reload")

    /// Why the settings were refused: one fault a line.
    struct Refused: Error, CustomStringConvertible {
        var description: String
    }

    /// Reads the settings again.
    /// - Returns: what changed.
    /// - Throws: ``Refused``; the old settings stay in force, and the page says why.
    func reload() async throws -> SettingsDifference {
        do {
            // Waits for files and for threads that watch; one reload after the other.
            let difference = try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result { try apply(try read()) }) }
            }
            board.settingsRead(fault: nil)
            logger.notice("settings taken", metadata: ["file": "\(installation.settingsName)"])
            return difference
        } catch {
            let words = "\(error)"
            board.settingsRead(fault: words)
            logger.error("settings refused, the old ones stay in force", metadata: ["reason": "\(words)"])
            throw Refused(description: words)
        }
    }

    private func read() throws -> Configuration {
        guard let path = installation.settingsPath else {
            throw Refused(description: "Rooster was started without a settings file: there is nothing to read again")
        }
        let next = Installation(configuration: try Configuration.load(path: path), settingsPath: path)
        let faults = next.faults()
        guard faults.isEmpty else { throw Refused(description: faults.joined(separator: "\n")) }
        return next.configuration
    }

    private func apply(_ next: Configuration) throws -> SettingsDifference {
        let now = settings.now.configuration
        if next.storage.directory != now.storage.directory || next.http != now.http
            || next.model.threads != now.model.threads
        {
            throw Refused(
                description:
                    "storage.directory, http and model.threads are taken at a start only: restart Rooster to change them"
            )
        }
        // Under the lock the lane decides in: a frame must not be decided by new rules and acted on by old actions.
        rules.withLock { state in
            settings.replace(with: InForce(next))
            state.forget(rulesNotIn: next.ruleBook)
            actions.replace(actions: next.actions)
        }
        store.keep(within: settings.now.retention)
        dispatcher.replace(channels: next.channels)
        watcher.replace(sources: next.sources.map(WatchedSource.init))
        models.lookAgain()
        return SettingsDifference(from: now, to: next)
    }
}

extension WatchedSource {
    /// What the watcher needs of a source of the settings.
    init(_ source: SourceSettings) {
        self.init(
            name: source.name, directory: source.directory, patterns: source.patterns, recursive: source.recursive,
            watch: Watch(rawValue: source.watch.rawValue) ?? .auto, staleAfter: source.staleAfter)
    }
}
