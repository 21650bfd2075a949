import Foundation
import HTTPTypes
import Hummingbird

/// Answers as JSON: keys in a stable order, and the numbers that JSON can't write as text.
enum JSONAnswer {
    static func make(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        do {
            return text(try encoder.encode(value), type: "application/json", status: status)
        } catch {
            return text(
                Data(#"{"status":"error","error":"can't encode the answer"}"#.utf8), type: "application/json",
                status: .internalServerError)
        }
    }

    static func text(_ data: Data, type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }

    /// An error as Prometheus's API writes it.
    static func failure(
        _ message: String, type: String = "bad_data", status: HTTPResponse.Status = .badRequest
    ) -> Response {
        struct Failure: Encodable {
            let status = "error"
            let errorType: String
            let error: String
        }
        return make(Failure(errorType: type, error: message), status: status)
    }
}

/// An answer in Prometheus's envelope.
struct Success<Content: Encodable>: Encodable {
    let status = "success"
    let data: Content
}
