/// Masks secrets in the lines of a YAML file by their keys, also where the file is not valid YAML.
///
/// It looks at lines and words, not at nodes, and rather masks too much. Where a key is damaged beyond recognition its
/// value is not known to be secret; `MappingReader` masks the values of keys that nobody knows.
enum SecretMask {
    private static let redacted = "<redacted>"
    /// Keys whose values are secret.
    static let keys = [
        "dsn", "write_dsn", "password", "auth_password", "smtp_auth_password", "secret", "auth_secret",
        "smtp_auth_secret",
        "signing_secret", "api_url", "slack_api_url", "credentials", "bearer_token", "bearer", "token", "headers",
        "http_headers",
        "basic_auth", "authorization", "proxy_url", "api_key", "opsgenie_api_key", "victorops_api_key", "routing_key",
        "service_key", "user_key", "webhook_url", "bot_token", "app_token", "mattermost_webhook_url", "access_key",
        "secret_key",
    ]
    /// Keys that name a file or a mapping of further keys, though a word in them sounds secret.
    private static let harmless = ["basic_auth", "authorization"]

    /// The lines with what is secret replaced.
    static func mask(_ lines: [String]) -> [String] {
        var section = ""
        /// The indentation of the secret key whose value goes on in deeper lines.
        var open: Int?
        return lines.map { line in
            let indent = line.prefix { $0 == " " || $0 == "\t" || $0 == "-" }.count
            let text = line.dropFirst(indent)
            if let outer = open {
                if text.isEmpty || indent > outer { return maskContinuation(line, indent: indent) }
                open = nil
            }
            if indent == 0, let colon = text.firstIndex(of: ":") { section = String(text[..<colon]) }
            guard let value = secretValue(in: line, section: section) else { return maskUserInfo(line) }
            if line[..<value].hasSuffix(":") { open = indent }
            let secret = line[value...]
            if secret.allSatisfy({ $0 == " " || $0 == "\t" }) || secret.drop(while: { $0 == " " }).hasPrefix("#") {
                return line
            }
            return maskUserInfo(String(line[..<value])) + " " + redacted
        }
    }

    /// A line below a secret key: what it says is masked, its own key stays.
    private static func maskContinuation(_ line: String, indent: Int) -> String {
        let text = line.dropFirst(indent)
        guard !text.isEmpty else { return line }
        let before = String(line.prefix(indent))
        guard let colon = text.firstRange(of: ": ") ?? (text.last == ":" ? text.lastRange : nil) else {
            return before + redacted
        }
        guard isName(text[..<colon.lowerBound]) else { return before + redacted }
        let rest = text[colon.upperBound...]
        return rest.isEmpty ? line : before + text[..<colon.upperBound] + redacted
    }

    /// Where what follows the line's first secret word begins; nil where the line has none.
    ///
    /// A colon or space may be missing where somebody made a mistake, so the word alone is enough.
    private static func secretValue(in line: String, section: String) -> String.Index? {
        var word = line.startIndex
        var index = line.startIndex
        while index < line.endIndex {
            guard isPartOfName(line[index]) else {
                index = line.index(after: index)
                word = index
                continue
            }
            while index < line.endIndex, isPartOfName(line[index]) { index = line.index(after: index) }
            let rest = line[index...].drop { $0 == "\"" || $0 == "'" }
            if isSecret(line[word..<index].lowercased(), section: section, isKey: rest.first == ":") {
                return rest.first == ":" || rest.first == "=" ? line.index(after: rest.startIndex) : rest.startIndex
            }
        }
        return nil
    }

    private static func isPartOfName(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "-"
    }

    private static func isSecret(_ key: String, section: String, isKey: Bool) -> Bool {
        if harmless.contains(key) || key.hasSuffix("_file") || key.hasPrefix("require") { return false }
        if section == "receivers" || section == "heartbeat",
            key == "url" || (isKey && Nearest.to(key, among: ["url"]) != nil)
        {
            return true
        }
        if keys.contains(key) { return true }
        if ["passw", "secret", "token", "credential"].contains(where: { key.contains($0) }) { return true }
        // A mistyped secret key is still followed by the secret.
        guard isKey, let near = Nearest.to(key, among: keys), !harmless.contains(near) else { return false }
        return key.count > 3 || near == "dsn"
    }

    /// A URL's user and password, and what may stand in its query.
    private static func maskUserInfo(_ line: String) -> String {
        guard let scheme = line.firstRange(of: "://") else { return line }
        let rest = line[scheme.upperBound...]
        var end = rest.firstIndex { " \t\"'>,}".contains($0) } ?? rest.endIndex
        // A blank in a query is a mistake, and what follows it may still be the secret.
        if rest[..<end].contains("?") { end = rest[end...].firstIndex { "\"'>,}".contains($0) } ?? rest.endIndex }
        var address = String(rest[..<end])
        if let at = address.lastIndex(of: "@") { address = redacted + address[at...] }
        if let query = address.firstIndex(of: "?") { address = address[...query] + redacted }
        return line[..<scheme.upperBound] + address + maskUserInfo(String(rest[end...]))
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "_-\"'".contains($0) }
    }
}

extension Substring {
    /// The range of the last character; nil in an empty text.
    fileprivate var lastRange: Range<Index>? {
        isEmpty ? nil : index(before: endIndex)..<endIndex
    }
}

extension StringProtocol {
    /// Where a text first occurs; nil where it does not.
    func firstRange(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
