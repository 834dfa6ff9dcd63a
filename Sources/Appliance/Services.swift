import ServiceLifecycle
import Site
import Store
import UnixSignals

/// Work that goes on until the appliance stops.
struct Until: Service {
    private let work: @Sendable () async throws -> Void

    init(_ work: @escaping @Sendable () async throws -> Void) {
        self.work = work
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await work() }
    }
}

/// SIGHUP: what `systemctl reload` sends.
struct ReloadOnSignal: Service {
    let controls: any Controls

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                try await controls.reload(by: Asker(.signal))
            } catch {
                // The reloader has logged why and shows it on the page.
                continue
            }
        }
    }
}
