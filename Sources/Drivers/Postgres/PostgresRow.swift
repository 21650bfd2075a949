/// One row, its values decoded when they are asked for.
///
/// A column that is not there, or not of the type, is a `decoding` error that names it.
package struct PostgresRow: Sendable {
    private let values: [String?]
    /// The columns' names in order.
    package let columns: [String]
    private let places: [String: Int]
    private let statement: String

    init(values: [String?], columns: [String], places: [String: Int], statement: String) {
        self.values = values
        self.columns = columns
        self.places = places
        self.statement = statement
    }

    /// Any value as the server writes it; nil for NULL.
    package func text(_ column: String) throws(PostgresError) -> String? {
        guard let place = places[column] else {
            throw PostgresError(
                .decoding, "there is no column `\(column)`; there are \(columns.joined(separator: ", "))",
                statement: statement)
        }
        return values[place]
    }

    /// Any value by its column's place, from 0; nil for NULL.
    package func text(at index: Int) throws(PostgresError) -> String? {
        guard values.indices.contains(index) else {
            throw PostgresError(.decoding, "there is no column number \(index)", statement: statement)
        }
        return values[index]
    }

    package func isNull(_ column: String) throws(PostgresError) -> Bool { try text(column) == nil }

    /// A whole number, also one that the server keeps as numeric. Nil for NULL.
    package func int(_ column: String) throws(PostgresError) -> Int64? {
        guard let text = try text(column) else { return nil }
        if let value = Int64(text) { return value }
        // Whole numerics such as `5.00`; above 2^53 a double would round.
        if let value = Double(text), value == value.rounded(), abs(value) <= 9_007_199_254_740_992 {
            return Int64(value)
        }
        throw wrong(column, "a whole number", text)
    }

    /// A number of any type, with NaN and the infinities. Nil for NULL.
    package func double(_ column: String) throws(PostgresError) -> Double? {
        guard let text = try text(column) else { return nil }
        switch text {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: break
        }
        guard let value = Double(text) else { throw wrong(column, "a number", text) }
        return value
    }

    /// Nil for NULL.
    package func bool(_ column: String) throws(PostgresError) -> Bool? {
        guard let text = try text(column) else { return nil }
        switch text {
        case "t": return true
        case "f": return false
        default: throw wrong(column, "a truth value", text)
        }
    }

    /// A timestamp with or without time zone, as milliseconds since 1970 UTC; one without is taken for UTC. The
    /// infinities are the ends of Int64. Nil for NULL.
    package func timestamp(_ column: String) throws(PostgresError) -> Int64? {
        guard let text = try text(column) else { return nil }
        guard let value = PostgresTime.milliseconds(text) else { throw wrong(column, "a timestamp", text) }
        return value
    }

    private func wrong(_ column: String, _ wanted: String, _ text: String) -> PostgresError {
        PostgresError(.decoding, "column `\(column)` is not \(wanted): `\(text.prefix(40))`", statement: statement)
    }
}
