import Agent
import Alerting
import ArgumentParser
import Drivers
import Probes
import PromQL
import Settings

/// Runs probes once.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "One round of all probes, or of one; prints what they bring.",
        discussion: """
            Exit code 1 if a probe fails; it says why, and what mends it.

            EXAMPLES
              tocsin probe
              tocsin probe statements:main --json
            """)

    @Argument(help: "The probe, such as database:main; without it all.")
    var name: String?

    @OptionGroup var configuration: ConfigurationOption

    @Option(help: "Run it so many times, a second apart; a probe of changes needs two.")
    var rounds = 1

    @Flag(help: "As JSON.")
    var json = false

    private struct Row: Encodable {
        let probe: String
        let up: Bool
        let reason: String?
        let message: String?
        let seconds: Double
        let samples: [Line]
    }

    private struct Line: Encodable {
        let metric: String
        let labels: [String: String]
        let value: Double
    }

    func validate() throws {
        guard (1...100).contains(rounds) else { throw ValidationError("--rounds takes a number from 1 to 100") }
    }

    func run() async throws {
        let loaded = try configuration.load()
        let assembly = Assembly(version: Tocsin.version)
        let set = assembly.probes(of: loaded.settings)
        let chosen = set.probes.filter { name == nil || $0.id == name }
        guard !chosen.isEmpty else {
            Terminal.error(
                name.map { "there is no probe `\($0)`; there are \(set.probes.map(\.id).joined(separator: ", "))" }
                    ?? "the settings have no probes: add `databases`, `pools`, `processes` or `endpoints`")
            throw ExitCode.failure
        }
        let clock = AgentClock()
        var rows: [Row] = []
        for probe in chosen {
            var batch = await ProbeRunner.run(probe, now: { clock.now })
            for _ in 1..<max(1, rounds) {
                try await Task.sleep(for: .seconds(1))
                batch = await ProbeRunner.run(probe, now: { clock.now })
            }
            rows.append(Self.row(batch))
        }
        for connection in set.connections { await connection.close() }
        await assembly.shutdown()
        if json { Terminal.out(try Terminal.json(rows)) } else { rows.forEach(Self.show) }
        if rows.contains(where: { !$0.up }) { throw ExitCode.failure }
    }

    private static func row(_ batch: ProbeBatch) -> Row {
        let samples = batch.samples.sorted { $0.labels < $1.labels }.map {
            Line(metric: $0.labels.metric ?? "", labels: $0.labels.droppingMetric().dictionary, value: $0.value)
        }
        let seconds = Double(batch.duration.milliseconds) / 1_000
        switch batch.outcome {
        case .success:
            return Row(probe: batch.probe, up: true, reason: nil, message: nil, seconds: seconds, samples: samples)
        case .failure(let reason, let message):
            return Row(
                probe: batch.probe, up: false, reason: reason, message: message, seconds: seconds, samples: samples)
        }
    }

    private static func show(_ row: Row) {
        Terminal.out("\(row.probe): \(row.up ? "up" : "FAILED (\(row.reason ?? ""))"), \(row.seconds) s")
        if let message = row.message { Terminal.out("  \(message)") }
        let lines = row.samples.map { line in
            ["  " + line.metric, Labels(line.labels).description, MetricsText.number(line.value)]
        }
        if !lines.isEmpty { Terminal.out(Terminal.table(["  METRIC", "LABELS", "VALUE"], lines)) }
        Terminal.out("")
    }
}
