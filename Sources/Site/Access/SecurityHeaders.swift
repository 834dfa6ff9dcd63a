import HTTPTypes
import Hummingbird

/// What every answer tells the browser: load nothing from elsewhere, run nothing inline, show us in no frame.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = SiteContext

    /// Only our own style sheet, script, pictures and forms; nothing inline anywhere.
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    private static let fields: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] = contentSecurityPolicy
        fields[.xContentTypeOptions] = "nosniff"
        fields[.resourcePolicy] = "same-origin"
        // Not "no-referrer": browsers would then send "Origin: null" with our own forms.
        for (name, value) in [
            ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ] {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }()

    func handle(
        _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        SecurityHeaders.complete(&response.headers)
        return response
    }

    /// Adds what is missing.
    static func complete(_ headers: inout HTTPFields) {
        for field in fields where headers[field.name] == nil { headers[field.name] = field.value }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    }
}

extension HTTPField.Name {
    /// Which sites may show our pictures on their pages.
    static let resourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy") ?? .xContentTypeOptions
}
