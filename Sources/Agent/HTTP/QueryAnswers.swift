package import PromQL

/// A result as Prometheus's API writes it: `{"resultType": "vector", "result": [...]}`.
package struct QueryAnswer: Encodable {
    private let value: Value
    private let time: Timestamp

    /// - Parameter time: of the evaluation; the elements of a vector have it.
    package init(_ value: Value, at time: Timestamp) {
        self.value = value
        self.time = time
    }

    private enum Key: String, CodingKey {
        case resultType, result
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch value {
        case .scalar(let number):
            try container.encode("scalar", forKey: .resultType)
            try container.encode(TimedValue(time, number), forKey: .result)
        case .string(let text):
            try container.encode("string", forKey: .resultType)
            try container.encode(TimedValue(time, text), forKey: .result)
        case .vector(let elements):
            try container.encode("vector", forKey: .resultType)
            try container.encode(elements.map { Element($0, at: time) }, forKey: .result)
        case .matrix(let series):
            try container.encode("matrix", forKey: .resultType)
            try container.encode(series.map(Series.init), forKey: .result)
        }
    }

    private struct Element: Encodable {
        let metric: [String: String]
        let value: TimedValue

        init(_ element: VectorElement, at time: Timestamp) {
            metric = element.labels.dictionary
            value = TimedValue(time, element.value)
        }
    }

    private struct Series: Encodable {
        let metric: [String: String]
        let values: [TimedValue]

        init(_ series: RangeSeries) {
            metric = series.labels.dictionary
            values = series.points.map { TimedValue(Timestamp(milliseconds: $0.time), $0.value) }
        }
    }
}

/// `[1795420800.123, "0.83"]`: the value is a text, since JSON has no NaN.
struct TimedValue: Encodable {
    private let time: Timestamp
    private let text: String

    init(_ time: Timestamp, _ value: Double) {
        self.init(time, PlainNumber.text(value))
    }

    init(_ time: Timestamp, _ text: String) {
        self.time = time
        self.text = text
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(time.seconds)
        try container.encode(text)
    }
}

/// An answer in Prometheus's envelope, with what is to be known of it.
struct NotedSuccess<Content: Encodable>: Encodable {
    let status = "success"
    let data: Content
    let warnings: [String]?
    let infos: [String]?

    init(data: Content, warnings: [String] = [], infos: [String] = []) {
        self.data = data
        self.warnings = warnings.isEmpty ? nil : warnings
        self.infos = infos.isEmpty ? nil : infos
    }
}
