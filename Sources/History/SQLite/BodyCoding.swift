import PromQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads rows' bodies, which `BodyText` writes as JSON. A number that is not finite is written as a string, since JSON has none.
enum BodyCoding {
    static func decode<Value: Decodable>(
        _ type: Value.Type, from text: String, table: String, key: String
    ) throws(HistoryError) -> Value {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "+Inf", negativeInfinity: "-Inf", nan: "NaN")
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw .corruptRow(table: table, key: key, detail: explanation(of: error))
        }
    }

    private static func explanation(of error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context): place(context) + context.debugDescription
        case DecodingError.keyNotFound(let key, let context): place(context) + "`\(key.stringValue)` is missing"
        case DecodingError.typeMismatch(_, let context): place(context) + context.debugDescription
        case DecodingError.valueNotFound(_, let context): place(context) + context.debugDescription
        case let other: "\(other)"
        }
    }

    private static func place(_ context: DecodingError.Context) -> String {
        place(context.codingPath)
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "" : "at \(path.map(\.stringValue).joined(separator: ".")): "
    }
}
