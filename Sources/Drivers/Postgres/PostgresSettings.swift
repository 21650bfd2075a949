import CPostgres

/// How to reach a server and what a session there may do.
package struct PostgresSettings: Sendable, CustomStringConvertible {
    package enum Mode: Hashable, Sendable {
        case normal
        /// PgBouncer's console: the simple protocol, no session settings, no parameters.
        case adminConsole
    }

    /// A URI or keywords, as libpq takes it; may hold a password.
    let dsn: String
    /// What the settings call it.
    package let name: String
    package let mode: Mode
    package let applicationName: String
    package let connectTimeout: Duration
    package let statementTimeout: Duration
    package let lockTimeout: Duration
    package let readOnly: Bool
    /// The most rows of one result.
    package let rowLimit: Int
    /// The most bytes of one result.
    package let byteLimit: Int
    /// The first pause after a failed connection; doubles up to `longestPause`.
    package let firstPause: Duration
    package let longestPause: Duration

    package init(
        dsn: String, name: String, mode: Mode = .normal, applicationName: String = "tocsin",
        connectTimeout: Duration = .seconds(5), statementTimeout: Duration = .seconds(5),
        lockTimeout: Duration = .seconds(1), readOnly: Bool = true, rowLimit: Int = 10_000,
        byteLimit: Int = 16 << 20, firstPause: Duration = .seconds(1), longestPause: Duration = .seconds(30)
    ) {
        self.dsn = dsn
        self.name = name
        self.mode = mode
        self.applicationName = applicationName
        self.connectTimeout = connectTimeout
        self.statementTimeout = statementTimeout
        self.lockTimeout = lockTimeout
        self.readOnly = readOnly
        self.rowLimit = rowLimit
        self.byteLimit = byteLimit
        self.firstPause = firstPause
        self.longestPause = longestPause
    }

    /// Name, host, port, database and user; never the password.
    package var description: String {
        let parts = Self.parse(dsn).values
        let shown = ["host", "port", "dbname", "user"].compactMap { key in parts[key].map { "\(key)=\($0)" } }
        return "\(name) (\(shown.joined(separator: " ")))"
    }

    /// The value of one connection keyword, such as `user`; nil where the DSN has none.
    package func keyword(_ key: String) -> String? { Self.parse(dsn).values[key] }

    /// Why libpq can't read a DSN, without the secrets in it; nil where it can.
    package static func check(dsn: String) -> String? {
        parse(dsn).problem
    }

    /// How many hosts the DSN names.
    var hostCount: Int {
        let parts = Self.parse(dsn).values
        let hosts = parts["host"] ?? parts["hostaddr"] ?? ""
        return max(1, hosts.split(separator: ",").count)
    }

    static func parse(_ dsn: String) -> (values: [String: String], problem: String?) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(dsn, &message) else {
            defer { PQfreemem(message) }
            let text = message.map { String(cString: $0) } ?? "out of memory"
            return ([:], redact(text, dsn: dsn))
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return (values, nil)
    }

    /// libpq quotes what it could not read; where that may be a piece of the password, only the cause is kept.
    private static func redact(_ message: String, dsn: String) -> String {
        let line = message.split(separator: "\n").first.map(String.init) ?? message
        guard let quote = line.firstIndex(of: "\"") else { return line }
        if line.hasPrefix("invalid connection option") || line.hasPrefix("invalid URI query parameter") { return line }
        return line[..<quote].trimmedEnd + " (the text is not shown, since it may hold a password)"
    }
}

extension Substring {
    fileprivate var trimmedEnd: String {
        var copy = self
        while copy.last == " " || copy.last == ":" { copy.removeLast() }
        return String(copy)
    }
}
