import Foundation
import Support

/// What the stand-ins of services share: each is a server that keeps to the rules in the service's documentation.
enum StandIn {
    /// The body of a request; nil where it is no JSON object, or not said to be JSON.
    static func json(_ request: HTTPReceiver.Request, method: String = "POST") -> [String: Any]? {
        guard request.method == method, request.header("Content-Type")?.hasPrefix("application/json") == true else {
            return nil
        }
        return try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any]
    }

    static func answer(
        _ status: Int, _ body: [String: Any] = [:], headers: [(String, String)] = []
    ) -> HTTPReceiver.Answer {
        let data = (try? JSONSerialization.data(withJSONObject: body)) ?? Data()
        return HTTPReceiver.Answer(
            status: status, headers: headers + [("Content-Type", "application/json")],
            body: String(decoding: data, as: UTF8.self))
    }

    /// Whether a value is a text of 1 to `limit` characters, counted as UTF-16 as the strictest service would.
    static func isText(_ value: Any?, _ limit: Int) -> Bool {
        guard let text = value as? String else { return false }
        return !text.isEmpty && text.utf16.count <= limit
    }
}
