import Foundation
import Support
import Testing

/// Every fault that a database can have: the agent names it, stays responsive, adds no load, holds its alerts, and
/// comes back by itself.
@Suite("Scenario: database faults", .serialized)
struct DatabaseFaultTests {
    @Test("named, held, and over by itself", arguments: DatabaseFault.all)
    func fault(_ fault: DatabaseFault) async throws {
        let server = try PostgresServer(settings: fault.serverSettings)
        try FaultBench.prepare(server, encoding: fault.encoding)
        let bench = try await FaultBench(server: server)
        defer { bench.end() }
        let programs = try await fault.inject(bench)
        defer { for program in programs { program.stop(SIGKILL) } }
        let isNamed = await eventually(within: 30) { bench.lastFailure.contains(fault.says) }
        #expect(isNamed, "\(bench.lastFailure)\n\(bench.agent.program.logText.suffix(3_000))")
        let said = bench.lastFailure

        var mostSessions = 0
        var slowest = 0.0
        for _ in 0..<6 {
            let began = Date()
            #expect(try await bench.agent.get("/-/healthy").isEmpty == false)
            slowest = max(slowest, Date().timeIntervalSince(began))
            if fault.isReachable { mostSessions = max(mostSessions, try bench.sessions()) }
            try await Task.sleep(for: .milliseconds(500))
        }
        #expect(slowest < 1, "the agent took \(slowest) s to answer")
        #expect(mostSessions <= 1, "\(mostSessions) sessions")
        #expect(bench.told == ["canary fired"], "\(bench.told)")

        for program in programs { program.stop(SIGKILL) }
        try await fault.mend(bench)
        let mended = Date()
        let isBack = try await eventually(within: 60) { try await bench.isUp() }
        let recovered = Date().timeIntervalSince(mended)
        #expect(isBack, "\(bench.lastFailure)")

        // It still works: what breaks now is told, what is mended as well, and nothing was told in between.
        try bench.set("calm", "unhealthy")
        try bench.set("canary", "healthy")
        let wanted: Set = ["canary fired", "calm fired", "canary resolved"]
        _ = await eventually(within: 20) { bench.told.count >= 3 }
        try await Task.sleep(for: .seconds(1))
        #expect(
            Set(bench.told) == wanted && bench.told.count == 3,
            "\(bench.told)\n\(bench.agent.program.logText.suffix(3_000))")
        FaultTable.add(
            .init(
                fault: "database: \(fault.name)", injected: fault.injected, said: said, recovered: recovered, due: 3,
                delivered: wanted.intersection(bench.told).count))
    }

    @Test("bytes that are no UTF-8, in a database without an encoding, are an error that names the column")
    func wrongEncoding() async throws {
        let bench = try await FaultBench(encoding: "SQL_ASCII")
        defer { bench.end() }
        try bench.server.psql(
            "SET client_encoding = 'SQL_ASCII'; UPDATE parlant_tool SET name = E'caf\\xe9' WHERE name = 'weather'; "
                + "UPDATE parlant_tool_integration SET parlant_tool_id = (SELECT id FROM parlant_tool WHERE name <> 'tickets') "
                + "WHERE target_id = 'third'", database: "parlant")
        let isNamed = try await eventually(within: 15) { try await !bench.isUp() }
        #expect(isNamed && bench.told == ["canary fired"])
        let said = bench.lastFailure
        #expect(said.contains("UTF8"), "\(said)")
        try bench.server.psql(
            "SET client_encoding = 'SQL_ASCII'; UPDATE parlant_tool SET name = 'weather' WHERE name <> 'tickets'",
            database: "parlant")
        let mended = Date()
        #expect(try await eventually(within: 30) { try await bench.isUp() })
        let recovered = Date().timeIntervalSince(mended)
        try bench.set("canary", "healthy")
        #expect(await eventually(within: 20) { bench.told == ["canary fired", "canary resolved"] }, "\(bench.told)")
        FaultTable.add(
            .init(
                fault: "database: wrong encoding", injected: "Latin-1 bytes in a `SQL_ASCII` database", said: said,
                recovered: recovered, due: 2, delivered: bench.told.count))
    }

    @Test("fails over to the other address of the DSN, and holds its alerts meanwhile")
    func failover() async throws {
        let other = try PostgresServer()
        defer { other.stop() }
        try FaultBench.prepare(other)
        let bench = try await FaultBench { first in
            "host=127.0.0.1,127.0.0.1 port=\(first.port),\(other.port) user=tocsin dbname=parlant target_session_attrs=any"
        }
        defer { bench.end() }
        bench.server.stopServer(immediately: true)
        let stopped = Date()
        let isOver = try await eventually(within: 30) {
            try await bench.isUp()
                && Int(other.psql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'tocsin'")) == 1
        }
        let recovered = Date().timeIntervalSince(stopped)
        #expect(isOver, "\(bench.lastFailure)")
        try await Task.sleep(for: .seconds(2))
        #expect(bench.told == ["canary fired"], "\(bench.told)")
        try bench.set("canary", "healthy", on: other)
        #expect(await eventually(within: 20) { bench.told == ["canary fired", "canary resolved"] }, "\(bench.told)")
        FaultTable.add(
            .init(
                fault: "database: failover", injected: "the first of two hosts in the DSN is stopped",
                said: bench.lastFailure.isEmpty ? "nothing: no round failed" : bench.lastFailure, recovered: recovered,
                due: 2, delivered: bench.told.count))
    }

    @Test("a standby in recovery is watched as any other, and through its promotion")
    func standby() async throws {
        let primary = try PostgresServer()
        defer { primary.stop() }
        try FaultBench.prepare(primary)
        let standby = try PostgresServer(standbyOf: primary)
        let bench = try await FaultBench(server: standby)
        defer { bench.end() }
        #expect(
            try await bench.metrics().contains("pg_replication_is_replica{database=\"parlant\",instance=\"parlant\"} 1")
        )
        try bench.set("calm", "unhealthy", on: primary)
        #expect(await eventually(within: 20) { bench.told == ["canary fired", "calm fired"] }, "\(bench.told)")
        primary.stopServer(immediately: true)
        try standby.psql("SELECT pg_promote()")
        let promoted = Date()
        try bench.set("canary", "healthy")
        #expect(await eventually(within: 20) { bench.told.last == "canary resolved" }, "\(bench.told)")
        let recovered = Date().timeIntervalSince(promoted)
        #expect(bench.told == ["canary fired", "calm fired", "canary resolved"])
        FaultTable.add(
            .init(
                fault: "database: standby, then promoted",
                injected: "a streaming standby; the primary is stopped, `pg_promote()`",
                said: "pg_replication_is_replica 1, then 0", recovered: recovered, due: 3, delivered: bench.told.count))
    }

    @Test(
        "packets to the database are dropped: named, held, and over by itself",
        .enabled(if: DroppingNetwork.isPossible, "needs root, and the right to make network namespaces"))
    func unreachable() async throws {
        let network = try DroppingNetwork()
        defer { network.remove() }
        let server = try PostgresServer(settings: ["listen_addresses": "'127.0.0.1,\(network.databaseAddress)'"])
        try FaultBench.prepare(server)
        try server.allow(from: network.agentDatabaseAddress)
        let bench = try await FaultBench(
            server: server,
            dsn: { "host=\(network.databaseAddress) port=\($0.port) user=tocsin dbname=parlant" },
            network: network)
        defer { bench.end() }
        try network.drop(true)
        let isNamed = await eventually(within: 20) { bench.lastFailure.contains("did not answer within") }
        #expect(isNamed, "\(bench.lastFailure)\n\(bench.agent.program.logText.suffix(2_000))")
        let said = bench.lastFailure
        try await Task.sleep(for: .seconds(3))
        #expect(bench.told == ["canary fired"], "\(bench.told)")
        try network.drop(false)
        let mended = Date()
        try bench.set("canary", "healthy")
        #expect(await eventually(within: 60) { bench.told == ["canary fired", "canary resolved"] }, "\(bench.told)")
        let recovered = Date().timeIntervalSince(mended)
        FaultTable.add(
            .init(
                fault: "database: unreachable", injected: "packets dropped on the way (network namespace)", said: said,
                recovered: recovered, due: 2, delivered: bench.told.count))
    }
}
