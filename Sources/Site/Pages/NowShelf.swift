import HTTPTypes
import Hummingbird
import Store
import Synchronization

/// The page Now as it was made last, for all who ask.
///
/// It is made anew when the record has changed, when somebody changed something through the site, and when so many times as
/// long has passed as making it took: however many look, pages take a small share of one core, and frames the rest.
final class NowShelf: Sendable {
    private struct Made {
        /// The newest change of the record when it was begun.
        var change: Int64
        /// Who asks while it is made waits for the same.
        var page: Task<NowPage, any Error>
        /// nil while it is made.
        var until: ContinuousClock.Instant?
    }

    private struct State {
        var made: Made?
        var number = 0
    }

    private let patience: Int
    private let state = Mutex(State())

    /// - Parameter patience: how many times as long as making it took a page is shown; 0: as long as it takes to make it.
    init(patience: Int) {
        self.patience = patience
    }

    /// The page, at most a little old.
    func page(_ site: SiteParts) async throws -> NowPage {
        let change = site.store.newestChange
        let task = state.withLock { state in
            if let made = state.made, made.change == change, made.until.map({ ContinuousClock.now < $0 }) ?? true {
                return made.page
            }
            state.number += 1
            let task = make(site, number: state.number)
            state.made = Made(change: change, page: task)
            return task
        }
        return try await task.value
    }

    /// Makes it anew for the next who asks: something changed that the record does not tell.
    func forget() {
        state.withLock { $0.made = nil }
    }

    private func make(_ site: SiteParts, number: Int) -> Task<NowPage, any Error> {
        Task {
            let start = ContinuousClock.now
            let result = await Result { NowPage(data: try await NowData.gather(site)) }
            let end = ContinuousClock.now
            state.withLock { state in
                guard state.number == number else { return }
                if case .success = result {
                    state.made?.until = end + (end - start) * patience
                } else {
                    state.made = nil
                }
            }
            return try result.get()
        }
    }
}

/// After a form or a command the next page shows what it did.
struct Forgetting: RouterMiddleware {
    typealias Context = SiteContext

    let shelf: NowShelf

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        defer { if request.method != .get && request.method != .head { shelf.forget() } }
        return try await next(request, context)
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
