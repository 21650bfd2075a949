import Alerting
import Foundation
import PromQL
import Settings
import Support
import Testing

/// Alertmanager's own configuration files: what Debian's `amtool` accepts must load and route the same, what it refuses
/// must be refused with place and reason. It is no judge of files whose keys came after it.
@Suite("Routing Conformance")
struct RoutingConformance {
    private static let folder = ConformanceFolder.named("routing")
    private static let amtool = Programs.find("amtool")
    /// What it says where a file is newer than it.
    private static let tooNew = ["not found in type"]

    /// Reads the files as they are; where one names a secret's file that is not here, a stand-in is read, since
    /// `amtool` never opens those.
    private static let files = FileReader(
        bytes: { path throws(FileReader.Failure) in
            do throws(FileReader.Failure) {
                return try FileReader.real.bytes(path)
            } catch {
                return Array("https://stand-in.example/secret".utf8)
            }
        }, names: FileReader.real.names)

    private enum Verdict {
        case right
        case wrong(String)
        case skipped(String)
    }

    @Test(
        "every file is taken as amtool takes it",
        .enabled(if: RoutingConformance.folder != nil, Comment(rawValue: ConformanceFolder.absence(of: "routing"))),
        .enabled(if: RoutingConformance.amtool != nil, "skipped: amtool (prometheus-alertmanager) is not here"))
    func run() throws {
        let folder = try #require(Self.folder).path
        let amtool = try #require(Self.amtool)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
        var (passed, failed, skipped) = (0, 0, 0)
        for name in names {
            let path = "\(folder)/\(name)"
            guard try String(contentsOfFile: path, encoding: .utf8).contains("route:") else {
                skipped += 1
                say("\(name): 0 passed, 0 failed, 1 skipped (no configuration)")
                continue
            }
            switch try Self.verdict(path, amtool) {
            case .right:
                passed += 1
                say("\(name): 1 passed, 0 failed, 0 skipped")
            case .wrong(let why):
                failed += 1
                say("\(name): 0 passed, 1 failed, 0 skipped")
                Issue.record("\(name): \(why)")
            case .skipped(let why):
                skipped += 1
                say("\(name): 0 passed, 0 failed, 1 skipped (\(why))")
            }
        }
        say("RoutingConformance: \(passed) passed, \(failed) failed, \(skipped) skipped")
        #expect(passed + failed > 0, "no configuration in \(folder)")
    }

    private func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    private static func verdict(_ path: String, _ amtool: String) throws -> Verdict {
        let judged = try Subprocess.run(amtool, ["check-config", path])
        let said = judged.output + judged.errors
        if judged.status != 0, let word = tooNew.first(where: said.contains) {
            return .skipped("newer than this amtool: \(word)")
        }
        do {
            let settings = try AgentSettings.load(path: path, environment: [:], files: files)
            guard judged.status == 0 else { return .wrong("amtool refuses it: \(said)") }
            if let silent = unnamed(try String(contentsOfFile: path, encoding: .utf8), settings.warnings) {
                return .wrong("`\(silent)` is left out without a word")
            }
            return try compareRoutes(settings.route, path, amtool)
        } catch let problems as SettingsProblems {
            guard judged.status != 0 else { return .wrong("amtool accepts it:\n\(problems)") }
            let placed = problems.problems.allSatisfy { $0.location != nil && !$0.message.isEmpty }
            return placed ? .right : .wrong("refused without a place: \(problems)")
        }
    }

    /// A kind of receiver in the file that no warning names and that this agent does not have; nil where all are named.
    private static func unnamed(_ text: String, _ warnings: [SettingsProblem]) -> String? {
        let ours = [
            "slack_configs", "webhook_configs", "email_configs", "pagerduty_configs", "discord_configs",
            "msteams_configs", "msteamsv2_configs", "telegram_configs", "opsgenie_configs", "pushover_configs",
            "mattermost_configs",
        ]
        let kinds = text.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }).map(String.init)
            .filter { $0.hasSuffix("_configs") && !ours.contains($0) }
        return kinds.first { kind in !warnings.contains { $0.message.contains("`\(kind)`") && $0.location != nil } }
    }

    private static func compareRoutes(_ route: Route, _ path: String, _ amtool: String) throws -> Verdict {
        for labels in labelSets(route) {
            let arguments = labels.map { "\($0.name)=\"\($0.value)\"" }
            let theirs = try Subprocess.run(
                amtool, ["config", "routes", "test", "--config.file=\(path)"] + arguments)
            let wanted = theirs.output.split(separator: "\n").last.map(String.init) ?? ""
            let own = route.matching(labels).map(\.receiver).joined(separator: ",")
            if own != wanted { return .wrong("\(labels) goes to \(own), and with amtool to \(wanted)") }
            let byPath = route.paths(for: labels).compactMap { $0.last?.receiver }.joined(separator: ",")
            if byPath != own { return .wrong("\(labels): the paths lead to \(byPath), and not to \(own)") }
        }
        return .right
    }

    /// Labels that the tree's matchers tell apart: each value that they name, alone and with the others'.
    private static func labelSets(_ route: Route) -> [Labels] {
        var values: [String: Set<String>] = [:]
        func gather(_ route: Route) {
            for matcher in route.matchers {
                let words = matcher.value.split(whereSeparator: { "^$()|[]?:.*+".contains($0) }).map(String.init)
                let each = words + words.flatMap { $0.count < 4 ? $0.map { String($0) } : [] }
                values[matcher.name, default: ["other"]].formUnion(each)
            }
            for below in route.routes { gather(below) }
        }
        gather(route)
        let names = values.keys.sorted()
        var sets: [Labels] = [Labels()]
        for name in names {
            let found = (values[name] ?? []).sorted()
            let more = sets.flatMap { set in found.map { set.setting(name, $0) } }
            sets += more
            if sets.count > 80 { sets = stride(from: 0, to: sets.count, by: sets.count / 60).map { sets[$0] } }
        }
        return sets
    }
}
