/// What a template works with: Go's values, as far as rules and notifications have them.
package indirect enum TemplateValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case list(TemplateList)
    /// `map[string]interface{}`: a missing key is nothing.
    case map([String: TemplateValue])
    /// A map of texts: a missing key is the empty text.
    case labels(TemplateLabels)
    case record(TemplateRecord)
    case time(TemplateTime)
    /// `time.Duration`, in nanoseconds.
    case duration(Int64)
    case calendar(TemplateCalendar)

    /// Labels as rules see them.
    package static func labels(_ values: [String: String]) -> TemplateValue { .labels(TemplateLabels(values)) }

    /// A list of anything.
    package static func list(_ values: [TemplateValue], _ kind: TemplateList.Kind = .anything) -> TemplateValue {
        .list(TemplateList(values, kind))
    }

    /// Go's notion of truth: false, 0, and what is empty are false.
    var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .int(let value), .duration(let value): value != 0
        case .double(let value): value != 0
        case .string(let text): !text.isEmpty
        case .list(let list): !list.elements.isEmpty
        case .map(let values): !values.isEmpty
        case .labels(let labels): !labels.values.isEmpty
        case .record, .time: true
        case .calendar(let part): part.number != 0
        }
    }

    /// The name of its Go type, as messages and `%T` show it.
    var typeName: String {
        switch self {
        case .null: "<nil>"
        case .bool: "bool"
        case .int: "int"
        case .double: "float64"
        case .string: "string"
        case .list(let list): list.kind.rawValue
        case .map: "map[string]interface {}"
        case .labels(let labels): labels.isSet ? "template.KV" : "map[string]string"
        case .record(let record): record.typeName
        case .time: "time.Time"
        case .duration: "time.Duration"
        case .calendar(let part): part.isMonth ? "time.Month" : "time.Weekday"
        }
    }

    /// Whether it is at most so many bytes and not too deep, counting again what it holds several times.
    ///
    /// - Parameter whole: false counts what no template builds (alerts, samples, labels) as one, for that is bounded by
    ///   the data and may be larger than a text.
    func fits(_ left: inout Int, whole: Bool, depth: Int = 0) -> Bool {
        left -= 1
        if left < 0 || depth > 20 { return false }
        switch self {
        case .null, .bool, .int, .double, .time, .duration, .calendar: break
        case .string(let text): left -= text.utf8.count
        case .list(let list):
            if !whole && list.kind.isData { break }
            for value in list.elements where !value.fits(&left, whole: whole, depth: depth + 1) { return false }
        case .record(let record):
            if !whole { break }
            for field in record.fields where !field.value.fits(&left, whole: whole, depth: depth + 1) { return false }
        case .map(let values):
            for (key, value) in values {
                left -= key.utf8.count
                if !value.fits(&left, whole: whole, depth: depth + 1) { return false }
            }
        case .labels(let labels):
            if !whole { break }
            for (key, value) in labels.values {
                left -= key.utf8.count + value.utf8.count + 1
                if left < 0 { return false }
            }
        }
        return left >= 0
    }

    /// The work of looking at it once, in bytes; what lies in a list's elements counts as one each.
    var shallowSize: Int {
        switch self {
        case .null, .bool, .int, .double, .time, .duration, .calendar, .record: 1
        case .string(let text): text.utf8.count
        case .list(let list): list.elements.count
        case .map(let values): values.count
        case .labels(let labels): labels.values.count
        }
    }
}
