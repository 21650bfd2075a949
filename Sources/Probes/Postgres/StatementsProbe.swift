package import Drivers
package import PromQL

/// Samples query latency from `pg_stat_statements`: per interval, calls and mean time of the statements that took most
/// of it, and of all together.
///
/// The counters are read without texts; texts only of the statements that are shown, and kept. The first look gives
/// counters but no means.
package actor StatementsProbe: Probe {
    package nonisolated let id: String
    package nonisolated let kind = ProbeKind.statements
    package nonisolated let targetLabels: Labels
    package nonisolated let interval: Duration
    package nonisolated let deadline: Duration
    private let connection: PostgresConnection
    private let top: Int
    private let filter: String?
    private var window = StatementWindow()
    private var texts: [String: String] = [:]
    private var shown: Set<StatementWindow.Key> = []
    private var schema: String?

    /// The longest text of a statement in a label.
    private static let longestText = 160
    private static let mostTexts = 5_000

    /// - Parameters:
    ///   - top: how many statements are shown, those first that took most time in the interval.
    ///   - filter: text that a statement must hold; nil for all statements of the connection's database.
    package init(
        name: String, connection: PostgresConnection, top: Int = 20, filter: String? = nil,
        interval: Duration = .seconds(15), deadline: Duration = .seconds(10)
    ) {
        id = kind.id(of: name)
        targetLabels = kind.targetLabels(of: name)
        self.connection = connection
        self.top = top
        self.filter = filter
        self.interval = interval
        self.deadline = deadline
    }

    package func sample(at: Timestamp) async -> ProbeResult {
        do {
            let schema = try await extensionSchema()
            let version = await connection.serverVersion ?? 0
            let results = try await connection.batch(
                Self.statements(schema: schema, version: version, filter: filter), deadline: deadline)
            let rows = try Self.counters(results[0])
            let reset = try results.count > 1 ? results[1].first?.double("stats_reset") : nil
            var list = SampleList(at: at)
            if let activity = window.observe(rows.mapValues(\.counters), reset: reset) {
                try await add(activity, all: rows, schema: schema, to: &list)
            }
            return ProbeResult(samples: list.samples)
        } catch let failure as ProbeFailure {
            return ProbeResult(failure: failure)
        } catch let error as PostgresError {
            return ProbeResult(failure: Self.failure(error, probe: id, user: connection.settings.keyword("user")))
        } catch {
            return ProbeResult(failure: ProbeFailure(.sqlError, "\(id): \(error)"))
        }
    }

    // MARK: Where the extension is

    private func extensionSchema() async throws -> String {
        if let schema { return schema }
        let rows = try await connection.batch(
            [
                PostgresStatement(
                    name: "extension",
                    sql: """
                        SELECT quote_ident(n.nspname) AS schema
                          FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
                         WHERE e.extname = 'pg_stat_statements'
                        """)
            ], deadline: deadline)[0]
        guard let found = try rows.first?.text("schema") else {
            throw ProbeFailure(
                .missingExtension,
                "\(id): the extension pg_stat_statements is not in this database; mend it with: "
                    + "CREATE EXTENSION pg_stat_statements; (it must also stand in shared_preload_libraries)")
        }
        schema = found
        return found
    }

    private static func failure(_ error: PostgresError, probe: String, user: String?) -> ProbeFailure {
        if error.sqlState == "55000" {
            return ProbeFailure(
                .notPreloaded,
                "\(probe): \(error.message); add pg_stat_statements to shared_preload_libraries in postgresql.conf and restart "
                    + "the server")
        }
        let role = user ?? "tocsin"
        return ProbeFailure(error, probe: probe, user: user, grant: "GRANT pg_monitor TO \(role);")
    }

    // MARK: Reading

    private struct Row {
        let counters: StatementWindow.Counters
    }

    /// The statements for a server's version: 13 renamed the times, 14 brought the time of the last reset.
    static func statements(schema: String, version: Int, filter: String?) -> [PostgresStatement] {
        let time = version >= 130_000 ? "total_exec_time" : "total_time"
        let condition =
            filter == nil
            ? ""
            : "AND s.queryid IN (SELECT queryid FROM \(schema).pg_stat_statements(true) WHERE position($1 IN query) > 0)"
        var statements = [
            PostgresStatement(
                name: "statements",
                sql: """
                    SELECT s.queryid::text AS queryid, coalesce(u.rolname, s.userid::text) AS usename, current_database() AS datname,
                           sum(s.calls)::int8 AS calls, sum(s.\(time))::float8 / 1000 AS seconds, sum(s.rows)::int8 AS rows
                      FROM \(schema).pg_stat_statements(false) AS s LEFT JOIN pg_catalog.pg_roles u ON u.oid = s.userid
                     WHERE s.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
                       AND s.queryid IS NOT NULL AND u.rolname IS DISTINCT FROM current_user \(condition)
                     GROUP BY 1, 2
                    """, parameters: filter.map { [.text($0)] } ?? [])
        ]
        if version >= 140_000 {
            statements.append(
                PostgresStatement(
                    name: "reset",
                    sql:
                        "SELECT extract(epoch FROM stats_reset)::float8 AS stats_reset FROM \(schema).pg_stat_statements_info"
                ))
        }
        return statements
    }

    private static func counters(_ rows: PostgresRows) throws(PostgresError) -> [StatementWindow.Key: Row] {
        var counters: [StatementWindow.Key: Row] = [:]
        for row in rows {
            let key = StatementWindow.Key(
                user: try row.text("usename") ?? "", database: try row.text("datname") ?? "",
                queryID: try row.text("queryid") ?? "")
            counters[key] = Row(
                counters: .init(
                    calls: try row.int("calls") ?? 0, time: try row.double("seconds") ?? 0,
                    rows: try row.int("rows") ?? 0))
        }
        return counters
    }

    // MARK: Showing

    private func add(
        _ activity: [StatementWindow.Activity], all: [StatementWindow.Key: Row], schema: String,
        to list: inout SampleList
    ) async throws {
        let calls = activity.reduce(0) { $0 + $1.calls }
        let time = activity.reduce(0) { $0 + $1.time }
        list.add("tocsin_statements_calls", Double(calls))
        if calls > 0 {
            list.add("tocsin_statements_mean_seconds", time / Double(calls))
            list.add("tocsin_statements_slowest_mean_seconds", activity.map(\.mean).max())
        } else {
            // Nothing was called, so nothing was slow.
            list.add("tocsin_statements_mean_seconds", 0)
            list.add("tocsin_statements_slowest_mean_seconds", 0)
        }
        // Whoever was shown last time stays while it is called, so that a series does not come and go at the edge.
        let ordered = activity.sorted { ($0.time, $0.key.queryID) > ($1.time, $1.key.queryID) }
        let chosen = ordered.prefix(top) + ordered.dropFirst(top).filter { shown.contains($0.key) }.prefix(top)
        shown = Set(chosen.map(\.key))
        try await learnTexts(chosen.map(\.key.queryID), schema: schema)
        for one in chosen {
            let text = texts[one.key.queryID] ?? ""
            let labels = [("datname", one.key.database), ("user", one.key.user), ("queryid", one.key.queryID)]
            list.add("tocsin_statement_mean_seconds", one.mean, labels + [("query", text)])
            list.add("tocsin_statement_calls", Double(one.calls), labels + [("query", text)])
            list.add("tocsin_statement_seconds", one.time, labels + [("query", text)])
            if time > 0 { list.add("tocsin_statement_time_ratio", one.time / time, labels + [("query", text)]) }
            if let total = all[one.key]?.counters {
                list.add("pg_stat_statements_calls_total", Double(total.calls), labels)
                list.add("pg_stat_statements_seconds_total", total.time, labels)
                list.add("pg_stat_statements_rows_total", Double(total.rows), labels)
            }
        }
    }

    /// Reads the texts of statements that are not known yet. The extension puts `$1` for literals, before PostgreSQL 16
    /// not in utility statements (`ALTER ROLE … PASSWORD '…'`): so what is quoted is taken out here as well.
    private func learnTexts(_ ids: [String], schema: String) async throws {
        let missing = Set(ids).filter { texts[$0] == nil }
        guard !missing.isEmpty else { return }
        if texts.count + missing.count > Self.mostTexts { texts = [:] }
        let numbers = missing.filter { Int64($0) != nil }.sorted().joined(separator: ",")
        let rows = try await connection.batch(
            [
                PostgresStatement(
                    name: "texts",
                    sql: """
                        SELECT DISTINCT ON (queryid) queryid::text AS queryid, left(query, 2000) AS query
                          FROM \(schema).pg_stat_statements(true)
                         WHERE queryid = ANY (string_to_array($1, ',')::int8[])
                        """, parameters: [.text(numbers)])
            ], deadline: deadline)[0]
        for row in rows {
            guard let id = try row.text("queryid") else { continue }
            texts[id] = Self.shortened(try row.text("query") ?? "")
        }
    }

    /// On one line, blanks folded, without literals, cut with an ellipsis.
    static func shortened(_ query: String) -> String {
        let line = StatementText.withoutLiterals(query).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > longestText ? line.prefix(longestText - 1) + "…" : line
    }
}
