import CLinux
import Capture
import Delivery
import Foundation
import Logging
import Models
import ServiceLifecycle
import Settings
import Site
import Store
import UnixSignals
import Vocabulary

/// The composition root: wires the frame's path, owns its threads, starts and stops.
public struct Appliance {
    private let installation: Installation

    /// An appliance with these settings, not started.
    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Why it cannot start, in sentences.
    struct StartFailure: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs until SIGTERM or Ctrl-C, then stops in order: no new claims, what was claimed last is answered and recorded.
    public func run() async throws {
        // The C library gives each of some twenty threads a heap of its own, and each keeps what it once needed: resident
        // memory crept up by 20 MB and more an hour (docs/RELIABILITY.md, "An hour"). Two are enough for how seldom the
        // threads allocate at the same time.
        mallopt(M_ARENA_MAX, 2)
        // A newcomer without settings copies a photo into ./capture and looks: it has to be there.
        if installation.settingsPath == nil {
            for source in installation.configuration.sources {
                try? FileManager.default.createDirectory(atPath: source.directory, withIntermediateDirectories: true)
            }
        }
        let logger = Logger(label: "rooster") { _ in JournalHandler() }
        for hint in installation.hints() { logger.notice("\(hint)") }
        let workshop = try await Workshop(installation, logger: logger)
        try await workshop.run()
    }
}
