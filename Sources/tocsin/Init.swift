import Agent
import ArgumentParser
import Drivers
import Foundation
import Settings

/// Writes the first settings, and says what else is needed.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write a first settings file, check the role's grants, and send a test message.",
        discussion: """
            A file that is there is left as it is, unless --force is given. The database is only read.

            Exit code 1 if a grant is missing, the database can't be asked, or the message was not taken.

            EXAMPLES
              tocsin init
              tocsin init --database postgresql://tocsin@db.example:5432/app --slack https://hooks.slack.com/services/…
              tocsin init --config /etc/tocsin/tocsin.yaml --webhook https://hooks.example.org/tocsin
            """)

    @Option(name: .shortAndLong, help: "The file to write.", completion: .file(extensions: ["yaml", "yml"]))
    var config = "./tocsin.yaml"

    @Option(help: "The connection string of the database to watch; without it the file reads DATABASE_URL.")
    var database: String?

    @Option(help: "The schema of the Parlant extension's tables.") var schema = "public"
    @Option(help: "A Slack incoming webhook to tell.") var slack: String?
    @Option(help: "A webhook to tell.") var webhook: String?
    @Flag(help: "Overwrite the file if it is there.") var force = false

    func validate() throws {
        if let database, let wrong = PostgresSettings.check(dsn: database) {
            throw ValidationError("--database can't be used: \(wrong)")
        }
        for url in [slack, webhook].compactMap({ $0 }) where !url.hasPrefix("http://") && !url.hasPrefix("https://") {
            throw ValidationError("`\(url)` is no web address")
        }
    }

    func run() async throws {
        let named = ProcessInfo.processInfo.environment["DATABASE_URL"] ?? ""
        let dsn = database ?? (named.isEmpty ? nil : named)
        try write()
        sayRole()
        let assembly = Assembly(version: Tocsin.version)
        var isWell = true
        if let dsn { isWell = await checkGrants(dsn, assembly) }
        if slack != nil || webhook != nil {
            do {
                try await NotifyTest.send(to: "ops", of: settings(environment: ["DATABASE_URL": dsn ?? ""]), assembly)
            } catch {
                isWell = false
            }
        }
        await assembly.shutdown()
        Terminal.out(
            "\nNext:\n  tocsin check \(config)\n  tocsin doctor --config \(config)\n  tocsin run --config \(config)")
        if !isWell { throw ExitCode.failure }
    }

    // MARK: The file

    private func write() throws {
        let text = SettingsDraft(database: database, schema: schema, slack: slack, webhook: webhook).text
        let isThere = FileManager.default.fileExists(atPath: config)
        guard !isThere || force else {
            Terminal.error(
                "error: `\(config)` is there already\n  look at it with `tocsin check \(config)`, name another with --config, "
                    + "or overwrite it with --force")
            throw ExitCode.failure
        }
        // It may hold a password: nobody else may read it, not even for a moment.
        let draft = config + ".new"
        do {
            try? FileManager.default.removeItem(atPath: draft)
            guard
                FileManager.default.createFile(
                    atPath: draft, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
            else { throw CocoaError(.fileWriteUnknown) }
            if isThere { try FileManager.default.removeItem(atPath: config) }
            try FileManager.default.moveItem(atPath: draft, toPath: config)
        } catch {
            Terminal.error("error: can't write `\(config)`\n  is the folder there, and may this user write to it?")
            throw ExitCode.failure
        }
        Terminal.out("Wrote \(config).")
    }

    private func settings(environment: [String: String]) throws -> AgentSettings {
        do {
            return try AgentSettings.load(path: config, environment: environment)
        } catch {
            Terminal.error("\(error)")
            throw error
        }
    }

    // MARK: The role

    private func sayRole() {
        let alerts = RulePack.locate(
            environment: ProcessInfo.processInfo.environment, executablePath: ConfigurationOption.executablePath)
        let beside = alerts.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let file = beside.map { $0.appendingPathComponent("Deploy/role.sql").path }
        let path = file.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil } ?? "Deploy/role.sql"
        let option = schema == "public" ? "" : " -v schema=\(schema)"
        Terminal.out(
            """

            The role `tocsin`, which can only read, is made by a superuser with
              psql -d DATABASE -v password="'…'"\(option) -f \(path)
            """)
    }

    /// - Returns: whether nothing is missing.
    private func checkGrants(_ dsn: String, _ assembly: Assembly) async -> Bool {
        do {
            let check = try await GrantCheck.run(dsn: dsn, schema: schema, assembly: assembly)
            let tables = check.tables == 0 ? "no Parlant tables in \(schema)" : "\(check.tables) Parlant tables"
            Terminal.out("\nConnected as \(check.role); \(tables).")
            if check.isSuperuser { Terminal.out("This role may do anything. Watch with one that can only read.") }
            if check.missing.isEmpty { Terminal.out("It may read all that is needed.") }
            for missing in check.missing { Terminal.out("Missing: \(missing.what)\n  \(missing.remedy)") }
            return check.missing.isEmpty
        } catch {
            Terminal.error("\nerror: the database can't be asked: \(error)")
            return false
        }
    }
}
