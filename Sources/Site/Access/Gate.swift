import HTTPTypes
import Hummingbird
import Logging

/// Lets in who may ask (``AccessPolicy``), and slows down who guesses.
struct Gate: RouterMiddleware {
    typealias Context = SiteContext

    let policy: AccessPolicy
    let failures = FailedAttempts()
    let clock = ContinuousClock()

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let question = AccessPolicy.Question(
            peer: context.peer, host: request.head.authority, path: request.uri.path,
            authorization: request.headers[.authorization])
        if question.authorization != nil, let wait = failures.wait(context.peer.neighbourhood, at: clock.now) {
            throw SiteError(
                .tooManyRequests,
                "too many wrong tokens from this address; try again in \(wait.components.seconds + 1) s",
                headers: [.retryAfter: String(wait.components.seconds + 1)])
        }
        switch policy.decide(question) {
        case .allowed: context.hasToken = policy.hasToken
        case .asPublic: context.isPublic = true
        case .refused(let reason): throw SiteError(.forbidden, reason)
        case .needsToken: throw unauthorized("a token is needed: as bearer token, or as the password of HTTP Basic")
        case .wrongToken:
            failures.note(context.peer.neighbourhood, at: clock.now)
            if failures.wait(context.peer.neighbourhood, at: clock.now) != nil {
                context.logger.warning(
                    "too many wrong tokens: this address has to wait", metadata: ["address": "\(context.peer)"])
            }
            throw unauthorized("that is not the token")
        }
        return try await next(request, context)
    }

    private func unauthorized(_ reason: String) -> SiteError {
        SiteError(
            .unauthorized, reason,
            headers: [.wwwAuthenticate: #"Basic realm="Rooster: any name, the token as password", charset="UTF-8""#])
    }
}
