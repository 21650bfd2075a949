#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A JSON document out of which numbers are taken by their path.
struct JSONFields: Sendable {
    private let root: JSONValue

    /// - Parameter place: where the document comes from, for messages.
    init(_ body: [UInt8], place: String) throws(ProbeFailure) {
        do {
            root = try JSONDecoder().decode(JSONValue.self, from: Data(body))
        } catch {
            let start = String(decoding: body.prefix(40), as: UTF8.self).split(whereSeparator: \.isNewline).first ?? ""
            let found = body.isEmpty ? "it is empty" : "it begins with `\(start)`"
            throw ProbeFailure(.badJSON, "\(place) gave no JSON: \(found); look at the path of `url`")
        }
    }

    /// The number at a path of keys with dots between them, such as `pool.totalCount`; a list's items have numbers
    /// from 0. A key that holds dots itself is found as well.
    ///
    /// - Parameter field: the field's name in the settings, for messages.
    func number(at path: String, field: String, place: String) throws(ProbeFailure) -> Double {
        guard let number = try optionalNumber(at: path, field: field, place: place) else {
            throw missing(path, field: field, place: place)
        }
        return number
    }

    /// As `number`, but nil where the path leads nowhere or to null.
    func optionalNumber(at path: String, field: String, place: String) throws(ProbeFailure) -> Double? {
        switch root.value(at: path) {
        case .none, .some(.null):
            return nil
        case .some(.number(let number)) where number.isFinite:
            return number
        case .some(let other):
            let message = """
                \(place): `\(path)` is \(other.kind), not a number; set `fields: { \(field): … }` to the path of a number
                """
            throw ProbeFailure(.notANumber, message)
        }
    }

    private func missing(_ path: String, field: String, place: String) -> ProbeFailure {
        let paths = root.numberPaths()
        let shown = paths.prefix(20).map { "`\($0)`" }.joined(separator: ", ")
        let there = paths.isEmpty ? "it has no numbers at all" : "the numbers in it are \(shown)"
        let more = paths.count > 20 ? " and \(paths.count - 20) more" : ""
        let message = "\(place) has no `\(path)`: \(there)\(more); set `fields: { \(field): … }` to the right one"
        return ProbeFailure(.missingField, message)
    }
}
