/// A sum that carries what floating point drops: Neumaier's variant of Kahan's, as in Prometheus's `kahansum`.
struct KahanSum {
    private var sum = 0.0
    private var carry = 0.0

    mutating func add(_ value: Double) {
        let next = sum + value
        if next.isInfinite {
            carry = 0
        } else if abs(sum) >= abs(value) {
            carry += (sum - next) + value
        } else {
            carry += (value - next) + sum
        }
        sum = next
    }

    var total: Double { sum + carry }
}

extension [Double] {
    var kahanSum: Double {
        var sum = KahanSum()
        for value in self { sum.add(value) }
        return sum.total
    }

    /// The mean; where the sum leaves the range of numbers it is taken step by step.
    var mean: Double {
        guard !isEmpty else { return .nan }
        let direct = kahanSum
        if !direct.isInfinite || contains(where: { $0.isInfinite || $0.isNaN }) { return direct / Double(count) }
        var mean = 0.0
        for (index, value) in enumerated() { mean += value / Double(index + 1) - mean / Double(index + 1) }
        return mean
    }

    /// The population's variance, by Welford's method.
    var variance: Double {
        var mean = 0.0
        var sum = KahanSum()
        for (index, value) in enumerated() {
            let delta = value - mean
            mean += delta / Double(index + 1)
            sum.add(delta * (value - mean))
        }
        return isEmpty ? .nan : sum.total / Double(count)
    }

    /// The least value; NaN only where all are.
    var prometheusMin: Double? {
        reduce(nil) { known, value in known.map { value < $0 || $0.isNaN ? value : $0 } ?? value }
    }

    /// The greatest value; NaN only where all are.
    var prometheusMax: Double? {
        reduce(nil) { known, value in known.map { value > $0 || $0.isNaN ? value : $0 } ?? value }
    }

    /// The φ-quantile by linear interpolation: -Inf below 0, +Inf above 1, as Prometheus's `quantile`.
    func quantile(_ phi: Double) -> Double {
        if isEmpty || phi.isNaN { return .nan }
        if phi < 0 { return -.infinity }
        if phi > 1 { return .infinity }
        let ordered = sorted { $0.isNaN ? !$1.isNaN : $0 < $1 }
        let rank = phi * Double(count - 1)
        let low = Swift.max(0, Int(rank.rounded(.down)))
        let high = Swift.min(count - 1, low + 1)
        let weight = rank - rank.rounded(.down)
        return ordered[low] * (1 - weight) + ordered[high] * weight
    }
}

/// Writes a number as Go's `strconv.FormatFloat(v, 'f', -1, 64)` does: the shortest digits, without an exponent.
package enum PlainNumber {
    package static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        let shortest = "\(abs(value))".lowercased()
        let sign = value.sign == .minus ? "-" : ""
        let parts = shortest.split(separator: "e")
        var digits = parts[0].filter { $0 != "." }
        var point =
            parts[0].firstIndex(of: ".").map { parts[0].distance(from: parts[0].startIndex, to: $0) } ?? digits.count
        point += parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        if point <= 0 {
            digits = String(repeating: "0", count: 1 - point) + digits
            point = 1
        } else if point > digits.count {
            digits += String(repeating: "0", count: point - digits.count)
        }
        let whole = digits.prefix(point)
        var fraction = digits.dropFirst(point)
        while fraction.last == "0" { fraction.removeLast() }
        return sign + whole + (fraction.isEmpty ? "" : "." + fraction)
    }
}
