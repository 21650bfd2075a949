/// Why a statement gave no rows: what, which statement, and how to mend it. Never holds a password.
package struct PostgresError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What sort of failure it is, stable enough to act on.
    package enum Kind: Hashable, Sendable {
        /// Nobody listens there.
        case refused
        /// The server did not answer the connection in time.
        case connectTimeout
        /// The host's name is not known.
        case dns
        /// The server does not accept the user or the password.
        case authentication
        /// The connection could not be encrypted, or the server's certificate was not accepted.
        case tls
        /// The connection could not be made for another reason.
        case connect
        /// The server answered with an error; `sqlState` says which.
        case server
        /// The deadline passed, and the statement was cancelled.
        case timeout
        /// The task was cancelled, and with it the statement.
        case cancelled
        /// The connection was lost on the way.
        case connectionLost
        /// A value is not what it was asked for, or a statement or its answer is none that this driver can carry,
        /// such as COPY.
        case decoding
        /// More rows or bytes than the settings allow.
        case resultTooLarge
        /// It was closed before.
        case closed
    }

    package let kind: Kind
    /// The server's five-character code; nil where the server did not answer.
    package let sqlState: String?
    /// One line.
    package let message: String
    /// What the server adds, one line.
    package let detail: String?
    /// How to mend it: the server's words, or ours where it has none and it is obvious.
    package let hint: String?
    /// The name of the statement; nil where there was none.
    package let statement: String?
    /// Where in the statement, from 1; nil where the server did not say.
    package let position: Int?

    package init(
        _ kind: Kind, _ message: String, sqlState: String? = nil, detail: String? = nil, hint: String? = nil,
        statement: String? = nil, position: Int? = nil
    ) {
        self.kind = kind
        self.message = message.oneLine
        self.sqlState = sqlState
        self.detail = detail?.oneLine
        self.hint = hint?.oneLine
        self.statement = statement
        self.position = position
    }

    /// One line: the statement, what happened, the code, details and how to mend it.
    package var description: String {
        var text = statement.map { "\($0): " } ?? ""
        text += message
        if let sqlState { text += " (\(sqlState))" }
        if let detail { text += "; \(detail)" }
        if let hint { text += "; \(hint)" }
        return text
    }

    /// The same for a statement, where it has none yet.
    func named(_ name: String) -> PostgresError {
        guard statement == nil else { return self }
        return PostgresError(
            kind, message, sqlState: sqlState, detail: detail, hint: hint, statement: name, position: position)
    }

    /// The same with another sentence on how to mend it.
    func adding(hint more: String) -> PostgresError {
        PostgresError(
            kind, message, sqlState: sqlState, detail: detail, hint: hint.map { "\($0); \(more)" } ?? more,
            statement: statement, position: position)
    }
}

extension String {
    /// The lines without their indentation, with semicolons between.
    fileprivate var oneLine: String {
        split(whereSeparator: \.isNewline).map { line in
            String(line.drop { $0 == " " || $0 == "\t" })
        }.joined(separator: "; ")
    }
}
