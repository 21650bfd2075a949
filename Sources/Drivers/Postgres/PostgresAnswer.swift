import CPostgres

/// What has come of a statement so far.
struct PostgresAnswer {
    private(set) var columns: [String] = []
    private(set) var rows: [[String?]] = []
    /// The bytes of all values.
    private(set) var bytes = 0
    /// How many rows the last statement changed or gave; nil where it counts none.
    private(set) var affected: Int?
    /// The first error.
    private(set) var error: PostgresError?

    /// Takes over one result.
    ///
    /// - Returns: false for one that is neither rows, nor done, nor an error: COPY, which would never end.
    mutating func take(_ result: OpaquePointer, statement: String, user: String?) -> Bool {
        if let count = PQcmdTuples(result).map({ String(cString: $0) }), !count.isEmpty { affected = Int(count) }
        switch PQresultStatus(result) {
        case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK: takeRows(result)
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        case PGRES_COPY_OUT, PGRES_COPY_IN, PGRES_COPY_BOTH: return false
        default:
            if error == nil { error = PostgresError(result, statement: statement, user: user) }
        }
        return true
    }

    private mutating func takeRows(_ result: OpaquePointer) {
        let count = PQnfields(result)
        if columns.isEmpty { columns = (0..<count).map { String(cString: PQfname(result, $0)) } }
        for row in 0..<PQntuples(result) {
            rows.append(
                (0..<count).map { column in
                    guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column)
                    else { return nil }
                    let value = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
                    bytes += value.count
                    return String(decoding: value, as: UTF8.self)
                })
        }
    }
}
