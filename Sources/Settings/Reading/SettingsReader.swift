import Alerting
import Foundation
import PromQL

/// Turns the settings file's YAML into `AgentSettings`; its extensions read one section each.
struct SettingsReader {
    let yaml: YAMLReader
    let files: FileReader
    let environment: [String: String]
    /// The settings file's folder: relative paths start there.
    let folder: String
    /// Says what is wrong with a connection string; nil where nothing is.
    let dsnCheck: @Sendable (String) -> String?

    init(
        path: String, text: String, environment: [String: String], files: FileReader,
        dsnCheck: @escaping @Sendable (String) -> String?
    ) {
        yaml = YAMLReader(file: path, text: text, environment: environment)
        folder = FilePath.folder(of: path)
        self.environment = environment
        self.files = files
        self.dsnCheck = dsnCheck
    }

    /// A reader for sections that stand in another file, such as the `route` of a rule test: without variables.
    init(yaml: YAMLReader) {
        self.yaml = yaml
        folder = FilePath.folder(of: yaml.document.source.file)
        environment = [:]
        files = .real
        dsnCheck = { _ in nil }
    }

    /// The settings; nil where something is so wrong that none can be made. Problems are in `yaml`.
    func read() -> AgentSettings? {
        guard let root = yaml.root else {
            if yaml.problems.isEmpty {
                yaml.error(
                    "the file is empty", at: nil,
                    remedy: "a minimal file has `databases`, `route` and `receivers`; see Deploy/tocsin.yaml")
            }
            return nil
        }
        return root.mapping { fields in settings(fields) }
    }

    private func settings(_ fields: MappingReader) -> AgentSettings? {
        fields.unsupported(
            ["templates", "tracing"], .warning, because: "it is left out of account", remedy: "remove it")
        let global = fields.value("global")?.mapping { globalDefaults($0) } ?? GlobalDefaults()
        let server = fields.value("server")?.mapping { self.server($0) } ?? AgentSettings.Server()
        let history = fields.value("history")?.mapping { self.history($0) } ?? history(nil)
        let log = fields.value("log")?.mapping { fields in
            AgentSettings.Log(
                level: fields.value("level")?.choice() ?? .info, format: fields.value("format")?.choice() ?? .text)
        }
        var settings = AgentSettings(
            file: yaml.document.source.file, server: server, history: history, log: log ?? AgentSettings.Log(),
            ruleSources: ruleSources(fields),
            evaluationInterval: fields.duration("evaluation_interval", default: .seconds(15)),
            route: Route(id: "{}", receiver: "none"), receivers: [])
        settings.externalLabels = externalLabels(fields)
        settings.resolveTimeout = global.resolveTimeout
        settings.heartbeat = fields.value("heartbeat")?.mapping { heartbeat($0) }
        settings.heartbeats = named(fields, "heartbeats", "heartbeat") { awaitedHeartbeat($0) }
        settings.databases = named(fields, "databases", "database") { database($0) }
        let databases = Set(settings.databases.map(\.name))
        settings.pools = named(fields, "pools", "pool") { pool($0, databases: databases) }
        settings.processes = named(fields, "processes", "process") { process($0) }
        settings.endpoints = named(fields, "endpoints", "endpoint") { endpoint($0) }
        settings.overrides = (fields.value("overrides")?.list() ?? []).compactMap { $0.mapping { override($0) } }
        settings.receivers = named(fields, "receivers", "receiver") { receiver($0, global: global) }
        let receivers = receiverNames(fields)
        if let route = fields.required(
            "route", remedy: "add `route: {receiver: NAME}`, and NAME under `receivers`")
        {
            settings.route =
                rootRoute(route, receivers: receivers, intervals: intervalNames(fields)) ?? settings.route
        }
        settings.inhibitRules = inhibitRules(fields)
        settings.intervals = recurringTimes(fields)
        settings.warnings = []
        return settings
    }

    /// The entries of a list whose names must differ.
    func named<Entry>(
        _ fields: MappingReader, _ key: String, _ kind: String, _ read: (MappingReader) -> Entry?
    ) -> [Entry] {
        var seen: [String: Int] = [:]
        var entries: [Entry] = []
        for value in fields.value(key)?.list() ?? [] {
            let entry = value.mapping { fields -> Entry? in
                if fields.has("name"), let value = fields.value("name"), let name = value.labelValue() {
                    if let first = seen[name] {
                        value.error(
                            "two entries of `\(key)` have the name `\(name)`, the first in line \(first)",
                            remedy: "give each \(kind) a name of its own")
                    } else {
                        seen[name] = value.location.line
                    }
                }
                return read(fields)
            }
            if let entry { entries.append(entry) }
        }
        return entries
    }

    /// The receivers' names, also those of receivers in which something is wrong.
    private func receiverNames(_ fields: MappingReader) -> Set<String> {
        Set(fields.value("receivers")?.texts(under: "name") ?? [])
    }

    /// The name of an entry; already checked by `named`, so only its absence is reported.
    func name(_ fields: MappingReader) -> String? {
        guard fields.has("name") else { return fields.required("name")?.string() }
        return fields.value("name").flatMap { value in
            value.written.isEmpty ? nil : substituted(value)
        }
    }

    /// The text with variables put in, without reporting a second time what was reported.
    private func substituted(_ value: YAMLValue) -> String? {
        value.written.contains("$") ? YAMLReader.quietly(value, environment) : value.written
    }

    /// A path, seen from the settings file's folder.
    func path(_ value: YAMLValue) -> String? {
        value.nonEmptyString().map { FilePath.join(folder, $0) }
    }

    private func history(_ fields: MappingReader?) -> AgentSettings.History {
        let state = environment["STATE_DIRECTORY"].flatMap { $0.split(separator: ":").first.map(String.init) }
        let fallback = state.map { $0 + "/history.sqlite" } ?? "./tocsin-history.sqlite"
        return AgentSettings.History(
            path: fields?.value("path").flatMap { path($0) } ?? fallback,
            retention: fields?.duration("retention", default: .seconds(90 * 86_400)) ?? .seconds(90 * 86_400))
    }

    private func ruleSources(_ fields: MappingReader) -> [AgentSettings.RuleSource] {
        guard let value = fields.value("rule_files") else { return [.shipped(nil)] }
        return (value.list() ?? []).compactMap { entry in
            guard let text = entry.nonEmptyString() else { return nil }
            if text == "shipped" { return .shipped(entry.location) }
            return .files(pattern: FilePath.join(folder, text), entry.location)
        }
    }

    private func externalLabels(_ fields: MappingReader) -> Labels { labels(fields, "external_labels") }

    /// A mapping of label names and values.
    func labels(_ fields: MappingReader, _ key: String) -> Labels {
        var labels: [(String, String)] = []
        for (key, location, value) in fields.value(key)?.pairs() ?? [] {
            if !LabelName.isValid(key) || key == Labels.metricName {
                yaml.note(
                    .error, "`\(key)` is not a label name", at: location,
                    remedy: "use letters, digits and `_`, beginning with a letter")
            }
            if let text = value.string() { labels.append((key, text)) }
        }
        return Labels(labels)
    }
}

extension YAMLReader {
    /// A text with variables put in; nil where one is not set. Reports nothing.
    static func quietly(_ value: YAMLValue, _ environment: [String: String]) -> String? {
        let silent = YAMLReader(file: "", text: "", environment: environment)
        return YAMLValue(node: value.node, name: value.name, reader: silent).string()
    }
}
