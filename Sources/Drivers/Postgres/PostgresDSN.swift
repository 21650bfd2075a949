import CPostgres

/// A connection string and what libpq reads in it. Holds the password, and never shows it.
struct PostgresDSN: Sendable, CustomStringConvertible, CustomReflectable {
    /// As it was written.
    let text: String
    /// By libpq's keyword.
    let values: [String: String]
    /// Why it can't be used, without the secrets in it; nil where it can.
    let problem: String?

    init(_ text: String) {
        self.text = text
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(text, &message) else {
            defer { PQfreemem(message) }
            values = [:]
            problem = Self.withoutSecrets(message.map { String(cString: $0) } ?? "out of memory", of: text)
            return
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.values = values
        problem = Self.misreading(values, of: text)
    }

    /// Host, port, database and user.
    var description: String {
        guard problem == nil else { return "unreadable DSN" }
        return ["host", "port", "dbname", "user"].compactMap { key in values[key].map { "\(key)=\($0)" } }
            .joined(separator: " ")
    }

    var customMirror: Mirror { Mirror(self, children: ["shown": description]) }

    /// How many hosts are named.
    var hostCount: Int { list("host")?.count ?? list("hostaddr")?.count ?? 1 }

    /// The values of a keyword that takes one for each host; nil where it is not there.
    private func list(_ keyword: String) -> [String]? {
        values[keyword]?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// The place of a host and port in the lists, at or after a place; nil where they are not there.
    func place(host: String, port: String, from first: Int) -> Int? {
        let names = list("host") ?? list("hostaddr") ?? []
        let ports = list("port") ?? []
        return names.indices.dropFirst(first).first { place in
            let own = ports.count == 1 ? ports[0] : ports.indices.contains(place) ? ports[place] : ""
            return names[place] == host && (own.isEmpty || own == port)
        }
    }

    /// The keywords that leave out the first hosts; empty for none.
    func skipping(_ count: Int) -> [(keyword: String, value: String)] {
        guard count > 0 else { return [] }
        return ["host", "hostaddr", "port"].compactMap { keyword in
            guard let all = list(keyword), all.count == hostCount else { return nil }
            return (keyword, all.dropFirst(count).joined(separator: ","))
        }
    }

    private static func isURI(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// libpq reads a URI whose password holds an unescaped `@` or `/` in its own way, and takes the rest of the
    /// password for a host or database, which it would then show.
    private static func misreading(_ values: [String: String], of text: String) -> String? {
        let port = values["port"] ?? ""
        guard port.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ",") }) else {
            return isURI(text)
                ? "the port is not a number; in a URI, write a `/`, `@` or `:` within the password as %2F, %40 or %3A"
                : "the port is not a number"
        }
        guard isURI(text) else { return nil }
        let hasStray = values["host"]?.dropFirst().contains("@") == true || values["dbname"]?.contains("@") == true
        return hasStray
            ? "there is an `@` in the host or database; in a URI, write an `@` or `/` within the password as %40 or %2F"
            : nil
    }

    /// libpq quotes what it could not read; where that may be a piece of the password, only the cause is kept.
    private static func withoutSecrets(_ message: String, of text: String) -> String {
        let line = message.split(separator: "\n").first.map(String.init) ?? message
        guard let quote = line.firstIndex(of: "\"") else { return line }
        let mayHoldSecret = text.lowercased().contains("password") || isURI(text) && text.contains("@")
        if !mayHoldSecret { return line }
        if line.hasPrefix("missing \"=\"") {
            return "a word has no `=` (not shown: it may be of a password); put values with blanks in quotes '…'"
        }
        var cause = line[..<quote]
        while cause.last == " " || cause.last == ":" { cause.removeLast() }
        return cause + " (the text is not shown, since it may hold a password)"
    }
}
