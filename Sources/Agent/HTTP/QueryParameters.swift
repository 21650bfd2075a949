import Foundation
package import PromQL
import Settings

/// The parameters of a query as Prometheus's API names and reads them, from the address and from a form in the body.
package struct QueryParameters: Sendable {
    package struct Problem: Error, CustomStringConvertible, Hashable {
        package let description: String
    }

    private let pairs: [(name: String, value: String)]

    /// - Parameter forms: texts such as `query=up&time=5`, percent-encoded.
    package init(_ forms: [String]) {
        pairs = forms.flatMap { $0.split(separator: "&") }.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decoded)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacingOccurrences(of: "+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
    }

    /// The first value of a name; nil where it is missing or empty.
    package subscript(_ name: String) -> String? {
        pairs.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// All values of a name such as `match[]`.
    package func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    package func required(_ name: String) throws(Problem) -> String {
        guard let value = self[name] else { throw invalid(name, "it is missing") }
        return value
    }

    /// Seconds since 1970, or RFC 3339.
    package func time(_ name: String) throws(Problem) -> Timestamp? {
        guard let text = self[name] else { return nil }
        guard let time = Timestamp(text) else { throw invalid(name, "cannot parse \"\(text)\" to a valid timestamp") }
        return time
    }

    /// Seconds, or a duration such as 5m.
    package func duration(_ name: String) throws(Problem) -> Duration? {
        guard let text = self[name] else { return nil }
        if let seconds = Double(text), seconds.isFinite, abs(seconds) < 9e9 {
            return .milliseconds(Int64((seconds * 1_000).rounded()))
        }
        guard let duration = try? Duration(promQL: text) else {
            throw invalid(name, "cannot parse \"\(text)\" to a valid duration")
        }
        return duration
    }

    /// The most results; nil where there is no limit.
    package func limit(_ name: String = "limit") throws(Problem) -> Int? {
        guard let text = self[name] else { return nil }
        guard let limit = Int(text), limit >= 0 else { throw invalid(name, "limit must be non-negative") }
        return limit == 0 ? nil : limit
    }

    /// The matchers of each selector under a name.
    package func selectors(_ name: String = "match[]") throws(Problem) -> [[Matcher]] {
        var selectors: [[Matcher]] = []
        for text in all(name) {
            let expression: PromQL.Expression
            do {
                expression = try PromQL.Expression(text)
            } catch {
                throw invalid(name, "\(error.line):\(error.column): \(error.message)")
            }
            guard let matchers = expression.selectorMatchers else {
                throw invalid(name, "`\(text)` is not a selector such as up{job=\"x\"}")
            }
            selectors.append(matchers)
        }
        return selectors
    }

    func invalid(_ name: String, _ why: String) -> Problem {
        Problem(description: "invalid parameter \"\(name)\": \(why)")
    }
}
