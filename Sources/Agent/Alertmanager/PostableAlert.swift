import Alerting
import Foundation
import HTTPTypes
import PromQL

/// An alert as Prometheus or `amtool` send it, read and checked as Alertmanager 0.25 does (`api/v2/api.go`, and
/// `Alert.Validate` of prometheus/common).
struct PostableAlert: Decodable {
    let labels: Texts?
    let annotations: Texts?
    let startsAt: String?
    let endsAt: String?
    let generatorURL: String?

    /// Texts by name; null is the empty text. A type of its own, since the general way to read optional texts takes
    /// longer, and thousands of alerts come at once.
    struct Texts: Decodable {
        let values: [String: String]

        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            var values: [String: String] = [:]
            for name in container.allKeys {
                values[name.stringValue] = try container.decodeIfPresent(String.self, forKey: name) ?? ""
            }
            self.values = values
        }
    }

    /// What is wrong with one alert, in Alertmanager's words.
    enum Invalid: Error, CustomStringConvertible {
        case endsBeforeStart
        case labelName(String)
        case noLabels
        case annotationName(String)

        var description: String {
            switch self {
            case .endsBeforeStart: "start time must be before end time"
            case .labelName(let name): "invalid label set: invalid name \(Self.quoted(name))"
            case .noLabels: "at least one label pair required"
            case .annotationName(let name): "invalid annotations: invalid name \(Self.quoted(name))"
            }
        }

        private static func quoted(_ name: String) -> String { "\"\(Evidence.cell(name))\"" }
    }

    /// Reads a body, which Alertmanager refuses as a whole where one alert has no labels, or something that is no time or
    /// no address.
    static func read(_ body: Data) throws(AlertmanagerAPI.Problem) -> [PostableAlert] {
        guard !body.isEmpty else { throw unprocessable("alerts in body is required") }
        let alerts: [PostableAlert]
        do {
            alerts = try JSONDecoder().decode([PostableAlert]?.self, from: body) ?? []
        } catch {
            throw .bad("parsing alerts body failed: \(PostableSilence.explanation(of: error))")
        }
        for (place, alert) in alerts.enumerated() {
            if alert.labels == nil { throw unprocessable("\(place).labels in body is required") }
            for text in [alert.startsAt, alert.endsAt] where time(text) == nil {
                throw .bad("parsing alerts body failed: \"\(Evidence.cell(text))\" is no time")
            }
            if let url = alert.generatorURL, !url.isEmpty, !isAddress(url) {
                throw unprocessable("\(place).generatorURL in body must be of type uri: \"\(Evidence.cell(url))\"")
            }
        }
        return alerts
    }

    private static func unprocessable(_ message: String) -> AlertmanagerAPI.Problem {
        AlertmanagerAPI.Problem(status: .unprocessableContent, message: message)
    }

    /// Checks one alert and fills in its times.
    ///
    /// - Parameter resolveTimeout: after which one without an end is over.
    func received(at now: Timestamp, resolveTimeout: Duration) throws(Invalid) -> ReceivedAlert {
        let (start, end) = (Self.set(startsAt), Self.set(endsAt))
        let endsAt = end ?? now + resolveTimeout
        let startsAt = start ?? end ?? now
        guard endsAt >= startsAt else { throw .endsBeforeStart }
        // Labels without a value don't count, and may have any name.
        let labels = (self.labels?.values ?? [:]).filter { !$0.value.isEmpty }
        if let wrong = labels.keys.sorted().first(where: { !Self.isName($0) }) { throw .labelName(wrong) }
        guard !labels.isEmpty else { throw .noLabels }
        let annotations = self.annotations?.values ?? [:]
        if let wrong = annotations.keys.sorted().first(where: { !Self.isName($0) }) { throw .annotationName(wrong) }
        return ReceivedAlert(
            labels: Labels(labels), annotations: annotations, startsAt: startsAt, endsAt: endsAt,
            isEndAssumed: end == nil, generatorURL: generatorURL.flatMap { $0.isEmpty ? nil : $0 })
    }

    /// Go's zero time, which means that none is set.
    private static let zero = Timestamp(milliseconds: -62_135_596_800_000)

    /// A time of the body, `zero` where there is none; nil for what is no time. An empty text is 1970, as it is to the
    /// library that reads times for Alertmanager.
    private static func time(_ text: String?) -> Timestamp? {
        guard let text else { return zero }
        return text.isEmpty ? Timestamp(milliseconds: 0) : Timestamp(rfc3339: text)
    }

    private static func set(_ text: String?) -> Timestamp? {
        time(text).flatMap { $0 == zero ? nil : $0 }
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    /// A path or an absolute URL, on one line.
    private static func isAddress(_ text: String) -> Bool {
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
        guard isPlain, let first = text.utf8.first else { return false }
        if first == UInt8(ascii: "/") { return true }
        let scheme = text.prefix { $0 != ":" }
        return scheme.count < text.count && scheme.first?.isLetter == true
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    }
}
