#if canImport(Glibc)
    import Glibc
#endif

/// Writes numbers for people, without guessing a unit.
enum NumberText {
    /// Whole numbers in full with commas at the thousands, others with four significant digits; `NaN`, `+Inf`.
    static func format(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if abs(value) < 1e15, value == value.rounded() || abs(value) >= 1_000 {
            return grouped(Int64(value.rounded()))
        }
        if abs(value) >= 1e15 || abs(value) < 1e-4 { return scientific(value) }
        // Four significant digits: as many decimals as the leading digit's place leaves.
        let leading = Int(log10(abs(value)).rounded(.down))
        return decimal(value, places: max(0, 3 - leading))
    }

    private static func grouped(_ number: Int64) -> String {
        let digits = Array(String(number.magnitude))
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return text
    }

    /// Rounded to `places` decimals, without zeros at the end.
    private static func decimal(_ value: Double, places: Int) -> String {
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let whole = scaled / Int64(scale)
        var rest = String(scaled % Int64(scale))
        rest = String(repeating: "0", count: max(0, places - rest.count)) + rest
        while rest.hasSuffix("0") { rest.removeLast() }
        let sign = value < 0 && scaled != 0 ? "-" : ""
        return sign + grouped(whole) + (rest.isEmpty || places == 0 ? "" : ".\(rest)")
    }

    private static func scientific(_ value: Double) -> String {
        var exponent = Int(log10(abs(value)).rounded(.down))
        // In two steps, since 10 to the power of 320 is infinite and the smallest numbers need it.
        var mantissa = value / pow(10, Double(exponent / 2)) / pow(10, Double(exponent - exponent / 2))
        if abs(mantissa) >= 9.9995 {
            mantissa /= 10
            exponent += 1
        }
        return
            decimal(mantissa, places: 3) + (exponent < 0 ? "e-" : "e+") + (abs(exponent) < 10 ? "0" : "")
            + "\(abs(exponent))"
    }
}
