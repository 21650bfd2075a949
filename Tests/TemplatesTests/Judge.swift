import Foundation

/// Prometheus's and Alertmanager's own tools, which say what a template gives.
enum Judge {
    struct Verdict: Sendable {
        /// What it wrote.
        var text: String
        /// Why it failed, without place and excerpt; nil where it did not.
        var failure: String?
    }

    static let hasAmtool = FileManager.default.isExecutableFile(atPath: "/usr/bin/amtool")
    static let hasPromtool = FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool")

    /// A fresh folder, which the caller removes.
    static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("templates-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func run(_ program: String, _ arguments: [String], in folder: URL) throws -> (Data, Data, Int32) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ["TZ": "UTC", "HOME": folder.path]
        // Files, for a pipe that nobody reads would stop a program that writes much.
        let files = ["out", "err"].map { folder.appendingPathComponent("\($0)-\(UUID().uuidString)") }
        for file in files { try Data().write(to: file) }
        let (out, err) = (try FileHandle(forWritingTo: files[0]), try FileHandle(forWritingTo: files[1]))
        process.standardOutput = out
        process.standardError = err
        try process.run()
        process.waitUntilExit()
        try out.close()
        try err.close()
        return (try Data(contentsOf: files[0]), try Data(contentsOf: files[1]), process.terminationStatus)
    }

    /// What `amtool template render` says.
    static func amtool(_ text: String, data: String, in folder: URL) throws -> Verdict {
        let file = folder.appendingPathComponent("data.json")
        try Data(data.utf8).write(to: file)
        let (out, err, status) = try run(
            "amtool",
            [
                "template", "render", "--template.glob=\(folder.path)/*.tmpl", "--template.data=\(file.path)",
                "--template.text=\(text)",
            ], in: folder)
        let shown = String(decoding: out, as: UTF8.self)
        if status == 0 { return Verdict(text: shown) }
        return Verdict(text: shown, failure: reason(String(decoding: err, as: UTF8.self)))
    }

    /// What follows Go's `at <…>: `.
    static func reason(_ message: String) -> String {
        let trimmed = message.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let mark = trimmed.range(of: ">: ", options: .backwards) else { return trimmed }
        return String(trimmed[mark.upperBound...])
    }

    /// What `promtool test rules` finds in the annotation of an alert for each text.
    static func promtool(_ texts: [String], in folder: URL) throws -> [Verdict?] {
        var rules = "groups:\n- name: g\n  rules:\n"
        var cases =
            "rule_files: [rules.yml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n"
            + "  external_url: 'https://tocsin.example/x'\n  external_labels: {region: eu}\n  input_series:\n"
        for series in RuleSamples.series {
            cases +=
                "  - {series: '\(series.text)', values: '\(series.value.contains(" ") ? series.value : series.value + "x10")'}\n"
        }
        cases += "  alert_rule_test:\n"
        for (number, text) in texts.enumerated() {
            rules += "  - alert: A\(number)\n    expr: pool_use == 0.834\n    annotations: {m: \(json(text))}\n"
            cases += "  - {alertname: A\(number), eval_time: 2m, exp_alerts: []}\n"
        }
        try Data(rules.utf8).write(to: folder.appendingPathComponent("rules.yml"))
        try Data(cases.utf8).write(to: folder.appendingPathComponent("test.yml"))
        let (out, err, _) = try run("promtool", ["test", "rules", "test.yml"], in: folder)
        var found = [Verdict?](repeating: nil, count: texts.count)
        var number: Int?
        for line in String(decoding: out + err, as: UTF8.self).split(separator: "\n") {
            if let mark = line.range(of: "alertname: A") {
                number = Int(line[mark.upperBound...].prefix { $0.isNumber })
            }
            guard let place = number, let mark = line.range(of: "Annotations:{m="), line.last == "}" else { continue }
            let quoted = String(line[mark.upperBound...].dropLast())
            guard let text = unquoted(quoted) else { continue }
            let isFailure = text.hasPrefix("<error expanding template: ")
            found[place] = Verdict(text: text, failure: isFailure ? reason(String(text.dropLast())) : nil)
        }
        return found
    }

    static func json(_ text: String) -> String {
        let encoder = JSONEncoder()
        // YAML knows no `\/`.
        encoder.outputFormatting = .withoutEscapingSlashes
        let data = try? encoder.encode(text)
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }

    /// Go's quoted strings are JSON's but for `\x`, `\a` and `\v`.
    private static func unquoted(_ text: String) -> String? {
        let plain = text.replacingOccurrences(of: "\\a", with: "\\u0007").replacingOccurrences(
            of: "\\v", with: "\\u000b"
        )
        .replacingOccurrences(of: "\\x", with: "\\u00")
        return try? JSONDecoder().decode(String.self, from: Data(plain.utf8))
    }
}
