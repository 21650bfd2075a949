package import Foundation

extension PostgresServer {
    /// A PostgreSQL that is installed here.
    package struct Version: Sendable, Hashable, CustomStringConvertible {
        /// The major version, such as 16.
        package let number: Int
        /// Where its programs are.
        package let programs: URL

        package var description: String { "PostgreSQL \(number)" }

        /// The versions that the tests are meant to run against.
        package static let wanted = [15, 16, 17, 18]

        /// Debian's, which the tests use unless they say otherwise.
        package static let debian = Version(number: 15, programs: URL(fileURLWithPath: debianPrograms))

        /// The versions that are there, Debian's first.
        package static var all: [Version] {
            [debian] + wanted.filter { $0 != debian.number }.compactMap { try? find($0) }
        }

        /// - Throws: what to do where the version is missing.
        package static func find(_ number: Int) throws -> Version {
            if number == debian.number { return debian }
            let programs = fetched.appendingPathComponent("\(number)/bin")
            guard FileManager.default.isExecutableFile(atPath: programs.path + "/initdb") else {
                throw Subprocess.Failure(
                    description:
                        "PostgreSQL \(number) is not in \(fetched.path): run Deploy/postgres-versions, or name the folder that holds it in TOCSIN_POSTGRES_VERSIONS"
                )
            }
            return Version(number: number, programs: programs)
        }

        /// Whether the extension pg_stat_statements came with it.
        package var hasStatements: Bool {
            guard let folder = try? Subprocess.output(program("pg_config"), ["--sharedir"]) else { return false }
            let control =
                folder.trimmingCharacters(in: .whitespacesAndNewlines) + "/extension/pg_stat_statements.control"
            return FileManager.default.fileExists(atPath: control)
        }

        func program(_ name: String) -> String { programs.appendingPathComponent(name).path }

        /// Where `Deploy/postgres-versions` puts them.
        private static var fetched: URL {
            if let named = ProcessInfo.processInfo.environment["TOCSIN_POSTGRES_VERSIONS"], !named.isEmpty {
                return URL(fileURLWithPath: named)
            }
            // The user postgres can't look into root's home.
            if getuid() == 0 { return URL(fileURLWithPath: "/var/cache/tocsin/postgres") }
            return URL(fileURLWithPath: NSHomeDirectory()).appendingPathComponent(".cache/tocsin/postgres")
        }

        private static var debianPrograms: String {
            let named = (try? Subprocess.output("pg_config", ["--bindir"]))?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            if let named, FileManager.default.isExecutableFile(atPath: named + "/initdb") { return named }
            return "/usr/lib/postgresql/15/bin"
        }
    }
}
