import CPostgres

extension PostgresError {
    /// From a result that is an error of the server.
    ///
    /// - Parameter user: the session's role, for the hint.
    init(_ result: OpaquePointer, statement: String, user: String?) {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return nil }
            return String(cString: text)
        }
        // The codes are those of the protocol's error fields; libpq's names for them are macros that Swift can't see.
        let primary = field("M") ?? String(cString: PQresultErrorMessage(result))
        let sqlState = field("C")
        self.init(
            .server, primary, sqlState: sqlState, detail: field("D"),
            hint: field("H") ?? Self.hint(sqlState: sqlState, message: primary, user: user ?? "the role"),
            statement: statement, position: field("P").flatMap { Int($0) })
    }

    /// How to mend what the server says without a hint of its own; nil where that is not obvious.
    static func hint(sqlState: String?, message: String, user: String) -> String? {
        switch sqlState {
        case "42501": return grant(for: message, to: user)
        case "42P01": return "is it in this database, and its schema in the search_path?"
        case "25006": return "the session only reads"
        case "28P01", "28000": return "check user, password and pg_hba.conf"
        case "3D000": return "check dbname in the DSN"
        default: return nil
        }
    }

    /// `permission denied for table x` tells the GRANT that is missing.
    private static func grant(for message: String, to user: String) -> String {
        let rights = [
            "table": "SELECT ON", "view": "SELECT ON", "relation": "SELECT ON", "materialized view": "SELECT ON",
            "foreign table": "SELECT ON", "sequence": "SELECT ON SEQUENCE", "schema": "USAGE ON SCHEMA",
            "database": "CONNECT ON DATABASE", "function": "EXECUTE ON FUNCTION",
        ]
        let opening = "permission denied for "
        if message.hasPrefix(opening) {
            let rest = message.dropFirst(opening.count)
            for (kind, right) in rights where rest.hasPrefix(kind + " ") {
                return "GRANT \(right) \(quoted(rest.dropFirst(kind.count + 1))) TO \(quoted(user[...]));"
            }
        }
        return "the role \(user) lacks a GRANT for it"
    }

    private static func quoted(_ name: Substring) -> String {
        let isPlain =
            name.first?.isNumber == false && name.allSatisfy { $0 == "_" || $0.isNumber || ("a"..."z").contains($0) }
        return isPlain
            ? String(name)
            : "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
