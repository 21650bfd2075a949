import Alerting
import Foundation
import PromQL

extension SettingsReader {
    /// One entry of `databases`.
    func database(_ fields: MappingReader) -> DatabaseSettings? {
        let name = name(fields)
        let dsn = dsn(fields)
        let write = writeAccess(fields, reading: dsn)
        let (interval, timeout) = schedule(fields)
        let statements = fields.value("statements")?.mapping { self.statements($0) }
        let parlant = fields.value("parlant")?.mapping { self.parlant($0) } ?? DatabaseSettings.Parlant()
        let integrations = fields.value("integrations")?.mapping { self.integrations($0, parlant: parlant) }
        let jobs = fields.value("jobs")?.mapping { self.jobs($0) } ?? DatabaseSettings.Jobs()
        let tables = fields.value("tables")?.mapping { self.tables($0) } ?? TablesChoice(interval: .seconds(60))
        let lockTimeout = fields.duration("lock_timeout", default: .seconds(1))
        guard let name, let dsn else { return nil }
        return DatabaseSettings(
            name: name, dsn: dsn, write: write, interval: interval, timeout: timeout, lockTimeout: lockTimeout,
            statements: statements ?? DatabaseSettings.Statements(),
            integrations: integrations
                ?? DatabaseSettings.Integrations(schema: parlant.schema, timeZone: parlant.timeZone),
            parlant: parlant, jobs: jobs, tablesInterval: tables.interval)
    }

    private struct TablesChoice {
        /// Nil where it is switched off.
        let interval: Duration?
    }

    private func tables(_ fields: MappingReader) -> TablesChoice {
        let interval = fields.duration("interval", default: .seconds(60))
        return TablesChoice(interval: fields.bool("enabled", default: true) ? interval : nil)
    }

    private func jobs(_ fields: MappingReader) -> DatabaseSettings.Jobs {
        var jobs = DatabaseSettings.Jobs()
        jobs.mode = mode(fields)
        jobs.interval = fields.duration("interval", default: jobs.interval)
        jobs.expected = fields.value("expected")?.list()?.compactMap { $0.nonEmptyString() } ?? []
        return jobs
    }

    /// The connection for changes. One that is the agent's own would let the agent change things.
    private func writeAccess(_ fields: MappingReader, reading dsn: Secret?) -> DatabaseSettings.WriteAccess? {
        let (direct, file) = (fields.value("write_dsn"), fields.value("write_dsn_file"))
        if let file {
            guard direct == nil else {
                fields.error(
                    "both `write_dsn` and `write_dsn_file` are given in \(fields.name)", at: "write_dsn_file",
                    remedy: "keep one of the two")
                return nil
            }
            return path(file).map { .file($0) }
        }
        guard let value = direct, let text = value.nonEmptyString(), checkDSN(value, text) else { return nil }
        if text == dsn?.exposed {
            value.error(DatabaseSettings.sameDSN("write_dsn"), remedy: DatabaseSettings.ownRole)
            return nil
        }
        return .dsn(Secret(text))
    }

    private func statements(_ fields: MappingReader) -> DatabaseSettings.Statements {
        var statements = DatabaseSettings.Statements()
        statements.enabled = fields.bool("enabled", default: true)
        statements.interval = fields.duration("interval", default: statements.interval)
        statements.top = fields.int("top", in: 1...200) ?? statements.top
        statements.filter = fields.nonEmptyString("filter")
        return statements
    }

    private func parlant(_ fields: MappingReader) -> DatabaseSettings.Parlant {
        var parlant = DatabaseSettings.Parlant()
        parlant.mode = mode(fields)
        parlant.interval = fields.duration("interval", default: parlant.interval)
        parlant.integrityInterval = fields.duration("integrity_interval", default: parlant.integrityInterval)
        parlant.sweepBudget = fields.duration("sweep_budget", default: parlant.sweepBudget)
        parlant.schema = fields.nonEmptyString("schema") ?? parlant.schema
        parlant.timeZone = timeZone(fields)
        parlant.tables = fields.value("tables")?.list()?.compactMap { $0.nonEmptyString() }
        return parlant
    }

    /// Whether something is looked for, must be there, or is left alone.
    private func mode(_ fields: MappingReader) -> DatabaseSettings.IntegrationsMode {
        guard let value = fields.value("enabled"), let text = value.string() else { return .auto }
        switch text.lowercased() {
        case "auto": return .auto
        case "true", "yes", "on": return .on
        case "false", "no", "off": return .off
        default:
            value.error("`enabled` must be `auto`, `true` or `false`, found `\(value.written)`")
            return .auto
        }
    }

    private func integrations(
        _ fields: MappingReader, parlant: DatabaseSettings.Parlant
    ) -> DatabaseSettings.Integrations {
        var integrations = DatabaseSettings.Integrations()
        integrations.mode = mode(fields)
        integrations.interval = fields.duration("interval", default: integrations.interval)
        integrations.schema = fields.nonEmptyString("schema") ?? parlant.schema
        integrations.staleAfter = fields.duration("stale_after", default: integrations.staleAfter)
        integrations.timeZone = fields.has("time_zone") ? timeZone(fields) : parlant.timeZone
        return integrations
    }

    /// One entry of `pools`.
    func pool(_ fields: MappingReader, databases: Set<String>) -> PoolSettings? {
        let name = name(fields)
        let (interval, timeout) = schedule(fields)
        checkOneKind(fields, ["pgbouncer", "http", "activity"])
        var kind: PoolSettings.Kind?
        if let value = fields.value("pgbouncer") {
            kind = value.mapping { self.dsn($0).map { .pgbouncer(dsn: $0) } }
        }
        if let value = fields.value("http") { kind = value.mapping { httpPool($0) } }
        if let value = fields.value("activity") { kind = value.mapping { activityPool($0, databases: databases) } }
        guard let name, let kind else { return nil }
        return PoolSettings(name: name, interval: interval, timeout: timeout, kind: kind)
    }

    private func httpPool(_ fields: MappingReader) -> PoolSettings.Kind? {
        let source = jsonSource(fields)
        var paths = PoolSettings.Fields()
        fieldPaths(
            fields,
            [
                ("total", { paths.total = $0 }), ("idle", { paths.idle = $0 }), ("waiting", { paths.waiting = $0 }),
                ("max", { paths.max = $0 }),
            ])
        let limit = fields.int("max", in: 1...Int.max)
        return source.map { .http($0, fields: paths, max: limit) }
    }

    private func activityPool(_ fields: MappingReader, databases: Set<String>) -> PoolSettings.Kind? {
        let application = fields.required("application_name")?.labelValue()
        let limit = fields.int("max", in: 1...Int.max)
        guard let value = fields.required("database"), let database = value.nonEmptyString() else { return nil }
        guard databases.contains(database) else {
            value.error(
                "the pool reads `pg_stat_activity` of the database `\(database)`, which is not under `databases`",
                remedy: Nearest.remedy(database, among: databases, kind: "databases") ?? "add it under `databases`")
            return nil
        }
        return application.map { .activity(database: database, applicationName: $0, max: limit) }
    }

    private func jsonSource(_ fields: MappingReader) -> JSONSource? {
        let headers = headers(fields)
        guard fields.required("url") != nil, let url = url(fields, "url") else { return nil }
        return JSONSource(url: url, headers: headers)
    }

    private func checkOneKind(_ fields: MappingReader, _ kinds: [String]) {
        let list = kinds.map { "`\($0)`" }.joined(separator: ", ")
        let given = kinds.filter { fields.has($0) }
        if given.count > 1 {
            fields.error(
                "\(fields.name) has \(given.map { "`\($0)`" }.joined(separator: " and ")); only one kind can be right",
                at: given[1], remedy: "make it two entries, or keep one of \(list)")
        } else if given.isEmpty {
            yaml.error("\(fields.name) does not say what to read", at: fields.place, remedy: "add one of \(list)")
        }
    }

    /// One entry of `processes`.
    func process(_ fields: MappingReader) -> ProcessSettings? {
        let name = name(fields)
        let (interval, timeout) = schedule(fields)
        checkOneKind(fields, ["pid", "pidfile", "command", "cgroup", "http"])
        var kind: ProcessSettings.Kind?
        if let pid = fields.int("pid", in: 1...Int(Int32.max)) { kind = .pid(pid) }
        if let path = fields.value("pidfile").flatMap({ path($0) }) { kind = .pidfile(path) }
        if let expression = regularExpression(fields, "command") { kind = .command(expression) }
        if let path = fields.nonEmptyString("cgroup") { kind = .cgroup(path) }
        if let value = fields.value("http") { kind = value.mapping { httpProcess($0) } }
        guard let name, let kind else { return nil }
        return ProcessSettings(name: name, interval: interval, timeout: timeout, kind: kind)
    }

    private func httpProcess(_ fields: MappingReader) -> ProcessSettings.Kind? {
        let source = jsonSource(fields)
        var paths = ProcessSettings.Fields()
        fieldPaths(
            fields,
            [
                ("rss", { paths.rss = $0 }), ("heap_total", { paths.heapTotal = $0 }),
                ("heap_used", { paths.heapUsed = $0 }), ("external", { paths.external = $0 }),
                ("heap_limit", { paths.heapLimit = $0 }),
            ])
        return source.map { .http($0, fields: paths) }
    }

    /// One entry of `endpoints`.
    func endpoint(_ fields: MappingReader) -> EndpointSettings? {
        let name = name(fields)
        let (interval, timeout) = schedule(fields)
        let keep = regularExpression(fields, "keep")
        let source = jsonSource(fields)
        guard let name, let source else { return nil }
        return EndpointSettings(
            name: name, url: source.url, interval: interval, timeout: timeout, headers: source.headers, keep: keep)
    }
}
