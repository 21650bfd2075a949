import Drivers
import Foundation

/// Reads what a service answers as JSON.
enum JSONAnswer {
    /// The body as this value; nil where it is anything else.
    static func decode<Value: Decodable>(_ type: Value.Type, from response: HTTPResponse) -> Value? {
        try? JSONDecoder().decode(type, from: Data(response.body))
    }
}
