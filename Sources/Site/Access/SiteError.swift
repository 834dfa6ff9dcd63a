import HTTPTypes
import Hummingbird
import Logging
import Store

/// A request that cannot be answered: the status, and a sentence that says what to do.
struct SiteError: Error, CustomStringConvertible {
    var status: HTTPResponse.Status
    var message: String
    var headers: HTTPFields

    init(_ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.headers = headers
    }

    var description: String { "\(status.code): \(message)" }
}

/// Turns what handlers throw into answers: JSON for programs, a page for people, and nothing that tells of the inside.
struct ErrorAnswers: RouterMiddleware {
    typealias Context = SiteContext

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let fault = ErrorAnswers.fault(error, of: request)
            if fault.status == .internalServerError {
                context.logger.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            }
            var response =
                ErrorAnswers.wantsPage(request)
                ? Response.html(ErrorPage.markup(fault), status: fault.status)
                : try Response.json(ErrorBody(error: fault.message), status: fault.status)
            for field in fault.headers { response.headers[field.name] = field.value }
            return response
        }
    }

    private static func fault(_ error: any Error, of request: Request) -> SiteError {
        switch error {
        case let error as SiteError: error
        case let error as StoreError: SiteError(error.status, error.message)
        case let error as ControlError: SiteError(error.status, error.message)
        case let error as HTTPError where error.status == .notFound:
            SiteError(.notFound, "there is nothing at \(request.uri.path)")
        case let error as HTTPError:
            SiteError(error.status, error.body ?? error.status.reasonPhrase.lowercased(), headers: error.headers)
        default: SiteError(.internalServerError, "Rooster could not answer this; its log says why")
        }
    }

    private static func wantsPage(_ request: Request) -> Bool {
        !request.uri.path.hasPrefix("/api/") && (request.headers[.accept] ?? "").contains("text/html")
    }
}

extension StoreError {
    /// What the asker did wrong, or that the disk is away.
    fileprivate var status: HTTPResponse.Status {
        switch kind {
        case .notFound: .notFound
        case .invalid: .badRequest
        case .diskFull, .readOnly, .io, .damaged, .newer, .busy: .serviceUnavailable
        }
    }
}
