import Agent
import Alerting
import Drivers
import Foundation
import PromQL
import Runbooks
import Support

extension Laboratory {
    /// What the diagnoses find that the alerts have asked for since the last call, by alert.
    mutating func evidence(_ database: ParlantDatabase, user: String = "tocsin") async throws -> [String: [Evidence]] {
        let poller = PostgresPoller()
        defer { poller.shutdown() }
        let connection = PostgresConnection(
            PostgresSettings(dsn: database.dsn(user: user), name: "main"), poller: poller)
        let folder = Repository.root.appendingPathComponent("Alerts/runbooks")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") }
        let shelf = RunbookShelf(
            try files.map { ($0, try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)) })
        var found: [String: [Evidence]] = [:]
        for request in engine.takeDiagnoses() {
            guard let block = EvidenceMaker.block(request.name, in: shelf),
                let values = EvidenceMaker.values(of: block, from: request.labels)
            else { throw Subprocess.Failure(description: "no block \(request.name) for \(request.labels)") }
            let maker = EvidenceMaker(block: block, title: request.name, schema: database.schema.name)
            let evidence = await maker.evidence(values: values, over: connection, at: now)
            found[request.labels["alertname"] ?? "", default: []].append(evidence)
        }
        await connection.close()
        return found
    }
}
