import Agent
import ArgumentParser
import Settings

/// Makes tokens for the HTTP interface.
struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens for the HTTP interface.", subcommands: [New.self])

    /// Makes one.
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a new token, and the line for the settings that lets it in.",
            discussion: """
                The token itself is kept nowhere: the settings hold its hash, from which it can't be found.

                EXAMPLES
                  tocsin token new grafana --scope read
                  tocsin token new deploy
                """)

        @Argument(help: "Whose it is; for people.")
        var name: String

        @Option(help: "read or write.")
        var scope = "write"

        @Flag(help: "As JSON.")
        var json = false

        private struct Made: Encodable {
            let name: String
            let scope: String
            let token: String
            let hash: String
        }

        func run() throws {
            guard let scope = AgentSettings.AccessToken.Scope(rawValue: scope) else {
                throw ValidationError("`--scope` is read or write, not `\(self.scope)`")
            }
            guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || "-_. @".contains($0) }) else {
                throw ValidationError("the name is made of letters, digits, `-`, `_`, `.` and `@`")
            }
            let token = AccessTokens.make()
            let hash = "sha256:" + AccessTokens.hex(AccessTokens.hash(of: token))
            if json {
                return Terminal.out(
                    try Terminal.json(Made(name: name, scope: scope.rawValue, token: token, hash: hash)))
            }
            Terminal.out(
                """
                \(token)

                That is the token; it is shown only now. Into the settings, under `server`:

                  tokens:
                    - { name: "\(name)", scope: \(scope.rawValue), hash: "\(hash)" }
                """)
        }
    }
}
