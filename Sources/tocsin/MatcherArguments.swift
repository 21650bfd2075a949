import ArgumentParser
import Foundation
import PromQL
import Settings

/// Matchers, lengths and names as people write them on a command line.
enum MatcherArguments {
    /// The matchers of one word: a bare word is an alert's name.
    static func parsed(_ text: String) throws -> [Matcher] {
        let isWord = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
        do {
            return isWord ? [try Matcher("alertname", .equal, text)] : try MatcherText.parse(text)
        } catch let problem as MatcherText.Problem {
            throw ValidationError("`\(text)`: \(problem.message)")
        }
    }

    static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text) else {
            throw ValidationError("`\(text)` is no time; write it as 2026-11-28T22:00:00Z")
        }
        return time
    }

    /// A length of time given with `--for`.
    static func length(_ text: String) throws -> Duration {
        guard let length = try? Duration(promQL: text), length > .zero else {
            throw ValidationError("`--for \(text)` is no length of time; write it as 30m or 2h")
        }
        return length
    }

    /// Who speaks: what was given, or the user's name.
    static func author(_ given: String?) -> String {
        given ?? ProcessInfo.processInfo.environment["USER"] ?? "tocsin"
    }
}
