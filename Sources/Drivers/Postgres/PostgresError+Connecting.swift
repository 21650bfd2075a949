extension PostgresError {
    /// Sorts what libpq says of a failed connection, written with PQERRORS_VERBOSE: only so does it hold the server's
    /// code, and a server may answer in any language.
    init(connecting message: String, user: String?) {
        var sqlState: String?
        let lines = message.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }.map { line in
            guard let found = Self.code(in: line) else { return String(line) }
            sqlState = found.code
            return found.rest
        }
        let text = lines.joined(separator: "\n")
        let kind = Self.kind(sqlState: sqlState, message: text)
        let hint: String? =
            switch kind {
            case .refused: "is the server running there?"
            case .authentication, .server:
                Self.hint(sqlState: sqlState, message: text, user: user ?? "the role")
                    ?? (kind == .authentication ? "check user, password, dbname and pg_hba.conf" : nil)
            case .dns, .connectTimeout, .tls, .connect, .timeout, .cancelled, .connectionLost, .decoding,
                .resultTooLarge, .closed:
                nil
            }
        self.init(kind, text, sqlState: sqlState, hint: hint)
    }

    /// `FATAL:  28P01: password …` without its code.
    private static func code(in line: Substring) -> (code: String, rest: String)? {
        var place = line.startIndex
        while place < line.endIndex {
            let tail = line[place...]
            if tail.hasPrefix(":  ") {
                let code = tail.dropFirst(3).prefix(5)
                let after = tail.dropFirst(8)
                let isCode = code.count == 5 && code.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
                if isCode, after.hasPrefix(": ") {
                    return (String(code), "\(line[..<place]): \(after.dropFirst(2))")
                }
            }
            place = line.index(after: place)
        }
        return nil
    }

    private static func kind(sqlState: String?, message: String) -> Kind {
        // What stands in quotes is names, which may hold any word.
        let pieces = message.lowercased().split(separator: "\"", omittingEmptySubsequences: false)
        let plain = pieces.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element).joined(separator: " ")
        func has(_ texts: String...) -> Bool {
            texts.contains { text in plain.utf8.count >= text.utf8.count && plain.contains(text) }
        }
        // PgBouncer gives the code of a protocol violation to nearly everything.
        if let sqlState, sqlState != "08P01" {
            return sqlState.hasPrefix("28") ? .authentication : .server
        }
        if has("no such user", "no such database", "authentication failed", "auth failed", "password", "pg_hba.conf") {
            return .authentication
        }
        if sqlState != nil { return .server }
        if has("could not translate host name", "name or service not known") { return .dns }
        if has("connection refused", "no such file or directory") && !has("certificate", "private key") {
            return .refused
        }
        if has("timed out", "timeout expired") { return .connectTimeout }
        if has("ssl", "certificate", "tls", "private key") { return .tls }
        return .connect
    }
}
