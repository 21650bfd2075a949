import Alerting
import Foundation
import PromQL

extension SettingsReader {
    /// Whether a text is an `http` or `https` URL with a host; reports what is wrong without showing the URL.
    func checkURL(_ value: YAMLValue, _ text: String, schemes: [String] = ["http", "https"]) -> Bool {
        let list = schemes.map { "`\($0)://`" }.joined(separator: " or ")
        let remedy = "write it as `\(schemes.last ?? "https")://host/path`"
        guard let end = text.firstRange(of: "://"), schemes.contains(text[..<end.lowerBound].lowercased()) else {
            value.error("\(value.name) must be a URL that begins with \(list)", remedy: remedy)
            return false
        }
        if text.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) {
            value.error("\(value.name) has a space or a line break in it", remedy: "write spaces as `%20`")
            return false
        }
        let authority = text[end.upperBound...].prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let named = host.hasPrefix("[") ? host.hasSuffix("]") : !host.contains(":")
        guard !host.isEmpty, named || HostPort(String(host)).map({ !$0.host.isEmpty }) == true else {
            value.error("\(value.name) has no valid host and port", remedy: remedy)
            return false
        }
        return true
    }

    /// A URL that may hold a secret.
    func url(_ fields: MappingReader, _ key: String, schemes: [String] = ["http", "https"]) -> Secret? {
        guard let value = fields.value(key), let text = value.nonEmptyString(),
            checkURL(value, text, schemes: schemes)
        else { return nil }
        return Secret(text)
    }

    /// A secret that stands in the file, or in a file of its own that `key_file` names. Nil where neither is there, or
    /// something is wrong, which is then reported.
    func secret(_ fields: MappingReader, _ key: String, file fileKey: String? = nil) -> (Secret, YAMLValue)? {
        let fileKey = fileKey ?? key + "_file"
        let (direct, fromFile) = (fields.value(key), fields.value(fileKey))
        if direct != nil, fromFile != nil {
            fields.error(
                "both `\(key)` and `\(fileKey)` are given in \(fields.name)", at: fileKey, remedy: "keep one of the two"
            )
            return nil
        }
        if let direct { return direct.nonEmptyString().map { (Secret($0), direct) } }
        guard let fromFile, let path = path(fromFile) else { return nil }
        return secretFile(path, named: fromFile).map { (Secret($0), fromFile) }
    }

    private func secretFile(_ path: String, named value: YAMLValue) -> String? {
        do {
            var text = try files.text(path)
            while text.last?.isNewline == true { text.removeLast() }
            guard !text.isEmpty else {
                value.error("the file that \(value.name) names is empty", remedy: "write the secret into it")
                return nil
            }
            return text
        } catch {
            value.error(
                "can't read the file that \(value.name) names, `\(path)`: \(error.reason)",
                remedy: "create it, and let the agent's user read it")
            return nil
        }
    }

    /// Whether exactly one or none of a secret's two keys is there, and none is needed further.
    func hasSecret(_ fields: MappingReader, _ key: String) -> Bool {
        fields.has(key) || fields.has(key + "_file")
    }

    /// A secret that must be there.
    func requiredSecret(_ fields: MappingReader, _ key: String) -> (Secret, YAMLValue)? {
        if let found = secret(fields, key) { return found }
        if !hasSecret(fields, key) {
            yaml.error(
                "\(fields.name) has neither `\(key)` nor `\(key)_file`", at: fields.place,
                remedy: "add `\(key)_file: PATH`, or `\(key): ${VARIABLE}`")
        }
        return nil
    }

    /// A connection string, checked.
    func dsn(_ fields: MappingReader) -> Secret? {
        guard let (dsn, value) = requiredSecret(fields, "dsn") else { return nil }
        return checkDSN(value, dsn.exposed) ? dsn : nil
    }

    /// Whether a connection string can be used; reports what is wrong without showing it.
    func checkDSN(_ value: YAMLValue, _ dsn: String) -> Bool {
        guard let wrong = dsnCheck(dsn) else { return true }
        let safe = wrong.replacing(dsn, with: "<redacted>")
        value.error(
            "\(value.name) can't be used: \(safe)",
            remedy: "write it as `postgresql://user@host:5432/database` or `host=… dbname=… user=…`")
        return false
    }

    /// Headers whose values may be secret.
    func headers(_ fields: MappingReader, _ key: String = "headers") -> [String: Secret] {
        var headers: [String: Secret] = [:]
        for (name, location, value) in fields.value(key)?.pairs() ?? [] {
            guard checkHeader(name, at: location), let text = value.string(), checkLine(value, text) else { continue }
            headers[name] = Secret(text)
        }
        return headers
    }

    /// Whether a header's name can stand in a request or mail.
    func checkHeader(_ name: String, at location: SourceLocation) -> Bool {
        let token = name.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7F
                && !"()<>@,;:\\\"/[]?={}".unicodeScalars.contains(scalar)
        }
        if token && !name.isEmpty { return true }
        yaml.note(
            .error, "this is not a header's name", at: location, remedy: "use letters, digits and `-`")
        return false
    }

    /// Whether a text is one line; a line break in a header would begin another header.
    func checkLine(_ value: YAMLValue, _ text: String) -> Bool {
        guard text.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\n" || $0 == "\0" }) else { return true }
        value.error("\(value.name) has a line break in it", remedy: "write it on one line")
        return false
    }

    /// A text that is sent as it stands. Nil where the key is absent or the text empty, and with a warning where it is
    /// a template of Alertmanager's: those are not filled in here.
    func plainText(_ fields: MappingReader, _ key: String) -> String? { fields.value(key).flatMap { plainText($0) } }

    /// As above, of one value.
    func plainText(_ value: YAMLValue) -> String? {
        guard let text = value.string()?.trimmed, !text.isEmpty else { return nil }
        guard text.firstRange(of: "{{") != nil else { return text }
        value.warning(
            "\(value.name) is a template, which is not supported yet: it is left out",
            remedy: "write a plain text, or remove it")
        return nil
    }

    /// A zone's name, known here; `UTC` by default.
    func timeZone(_ fields: MappingReader) -> String {
        guard let value = fields.value("time_zone"), let name = value.nonEmptyString() else { return "UTC" }
        if TimeZone(identifier: name) == nil {
            let near = Nearest.to(name, among: TimeZone.knownTimeZoneIdentifiers)
            value.error(
                "`time_zone` names a zone that is not known here: `\(value.written)`",
                remedy: near.map { "did you mean `\($0)`?" } ?? "write it as `Europe/Berlin` or `UTC`")
        }
        return name
    }

    /// Interval and timeout of a probe.
    func schedule(_ fields: MappingReader) -> (interval: Duration, timeout: Duration) {
        let interval = fields.duration("interval", default: .seconds(5))
        let timeout = fields.duration("timeout", default: .seconds(5))
        if interval < .milliseconds(100), fields.has("interval") {
            fields.error("`interval` is shorter than 100ms", at: "interval", remedy: "1s is short already")
        }
        if fields.has("timeout"), timeout > interval, timeout > .seconds(5) {
            yaml.warning(
                "`timeout` (\(timeout.promQL)) is longer than the interval (\(interval.promQL))",
                at: fields.place(of: "timeout"), remedy: "while a sample takes that long, the next ones are left out")
        }
        return (interval, timeout)
    }

    /// The dotted paths of a field map, over their defaults.
    func fieldPaths(_ fields: MappingReader, _ targets: [(key: String, set: (String) -> Void)]) {
        guard let value = fields.value("fields") else { return }
        _ = value.mapping { map -> Bool? in
            for target in targets {
                guard let value = map.value(target.key), let path = value.nonEmptyString() else { continue }
                if path.split(separator: ".", omittingEmptySubsequences: false).contains("") {
                    value.error(
                        "\(value.name) is not a path in a JSON document: `\(value.written)`",
                        remedy: "write keys with single dots in between, as `pool.totalCount`")
                } else {
                    target.set(path)
                }
            }
            return true
        }
    }

    /// A regular expression.
    func regularExpression(_ fields: MappingReader, _ key: String) -> RegularExpression? {
        guard let value = fields.value(key), let text = value.nonEmptyString() else { return nil }
        do {
            return try RegularExpression(text)
        } catch {
            value.error(
                "the regular expression of \(value.name) can't be used: \(error.message)",
                remedy: "expressions are RE2's: without backreferences and lookaround")
            return nil
        }
    }
}
