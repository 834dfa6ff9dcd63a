import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// A page.
    static func html(_ markup: Markup, status: HTTPResponse.Status = .ok) -> Response {
        text(markup.text, type: "text/html; charset=utf-8", status: status)
    }

    /// Text of some kind.
    static func text(_ text: String, type: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// A JSON document on one line; keys in alphabetical order, so that the same values give the same bytes.
    /// - Parameter snakeCase: turn the names of Swift into those of JSON.
    static func json(
        _ value: some Encodable, type: String = "application/json", status: HTTPResponse.Status = .ok,
        snakeCase: Bool = false
    ) throws -> Response {
        let encoder = JSONEncoder()
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var headers = HTTPFields()
        headers[.contentType] = type
        var buffer = ByteBuffer(bytes: try encoder.encode(value))
        buffer.writeString("\n")
        return Response(status: status, headers: headers, body: .init(byteBuffer: buffer))
    }

    /// After a form: the browser gets the page it should show.
    static func seeOther(_ path: String, status: HTTPResponse.Status = .seeOther) -> Response {
        var headers = HTTPFields()
        headers[.location] = path
        return Response(status: status, headers: headers)
    }
}

/// An error as programs read it: `{"error": "..."}`.
struct ErrorBody: Encodable {
    /// What is wrong and what to do.
    let error: String
}
