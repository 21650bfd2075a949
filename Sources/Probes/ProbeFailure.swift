/// Why a round failed.
package struct ProbeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The stable name of a cause: rules and dashboards may rely on it.
    package enum Reason: String, Sendable, CaseIterable {
        // Getting there.
        case dns
        case connectionRefused = "connection_refused"
        case connectTimeout = "connect_timeout"
        case connectionFailed = "connection_failed"
        case connectionLost = "connection_lost"
        case tls
        case authenticationFailed = "authentication_failed"
        case tooManyConnections = "too_many_connections"
        case startingUp = "starting_up"
        case missingDatabase = "missing_database"
        // Being allowed and finding it there.
        case permissionDenied = "permission_denied"
        case missingTable = "missing_table"
        case missingColumn = "missing_column"
        case missingExtension = "missing_extension"
        case notPreloaded = "not_preloaded"
        case sqlError = "sql_error"
        // In time and in size.
        case statementTimeout = "statement_timeout"
        case lockTimeout = "lock_timeout"
        case deadline
        case cancelled
        case tooLarge = "too_large"
        // What came.
        case httpStatus = "http_status"
        case badJSON = "bad_json"
        case badFormat = "bad_format"
        case missingField = "missing_field"
        case notANumber = "not_a_number"
        case badAnswer = "bad_answer"
        // Processes and files.
        case noSuchProcess = "no_such_process"
        case severalProcesses = "several_processes"
        case missingFile = "missing_file"
        case unreadable
        // The settings of the probe.
        case badRequest = "bad_request"
    }

    /// The cause.
    package let reason: Reason
    /// For people, on one line: what failed, where, and the command or change that mends it. It holds no secret.
    package let message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { "\(reason.rawValue): \(message)" }
}
