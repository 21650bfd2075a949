package import PromQL

/// Reads the text that programs expose for Prometheus: the classic text format and OpenMetrics.
///
/// Read are names, labels and values. Timestamps, exemplars, `HELP`, `UNIT` and `TYPE` are checked and left out: a
/// sample's time is the time of the round, so that a value cached by an exporter can't make a series jump back.
package struct TextFormat: Hashable, Sendable {
    /// Which of the two formats.
    package enum Dialect: Hashable, Sendable {
        /// The text format 0.0.4 and 1.0.0: timestamps in milliseconds, free comments.
        case classic
        /// OpenMetrics 1.0: timestamps in seconds, exemplars, and `# EOF` at the end, without which it was cut short.
        case openMetrics

        /// The dialect that a `Content-Type` header names; classic where it names none.
        package init(contentType: String?) {
            self = contentType?.lowercased().hasPrefix("application/openmetrics-text") == true ? .openMetrics : .classic
        }
    }

    /// The format of the text.
    package var dialect: Dialect
    /// How many samples are taken at most, 10,000 by default; one more is an error.
    package var limit: Int

    package init(dialect: Dialect = .classic, limit: Int = 10_000) {
        self.dialect = dialect
        self.limit = limit
    }

    /// Reads the whole text; the first mistake in it refuses it all.
    ///
    /// - Parameters:
    ///   - at: the time that the samples get.
    ///   - keeping: whether a metric of that name is taken; the others don't count against the limit.
    package func parse(
        _ text: [UInt8], at: Timestamp, keeping: (String) -> Bool = { _ in true }
    ) throws(TextFormatError) -> [Sample] {
        var samples: [Sample] = []
        var sawEnd = false
        var number = 0
        var start = 0
        while start < text.count {
            number += 1
            let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
            var line = TextFormatLine(text[start..<end], number: number)
            start = end + 1
            if sawEnd { throw line.error("there is text after # EOF") }
            line.skipBlanks()
            if line.isAtEnd { continue }
            if line.take("#") {
                sawEnd = try line.readComment(dialect)
                continue
            }
            let (labels, value) = try line.readSample(dialect)
            guard let name = labels.metric, keeping(name) else { continue }
            if samples.count == limit {
                throw line.error("there are more than \(limit) samples; take fewer with `keep`")
            }
            samples.append(Sample(labels: labels, value: value, at: at))
        }
        if dialect == .openMetrics, !sawEnd {
            throw TextFormatError(line: number + 1, column: 1, message: "# EOF is missing: the text was cut short")
        }
        return samples
    }
}
