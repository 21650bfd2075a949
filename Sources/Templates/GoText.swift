/// Quoted and escaped texts as Go writes them.
enum GoText {
    static func hex(_ number: UInt64, width: Int, uppercase: Bool = false) -> String {
        let digits = String(number, radix: 16, uppercase: uppercase)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII blank.
    static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7f { return scalar.value >= 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation,
            .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            return true
        @unknown default: return false
        }
    }

    /// `strconv.Quote`, or `QuoteToASCII`, with either quote.
    static func quoted(_ text: String, quote: Unicode.Scalar = "\"", ascii: Bool = false) -> String {
        var result = String(Character(quote))
        for scalar in text.unicodeScalars {
            switch scalar {
            case quote: result += "\\\(Character(quote))"
            case "\\": result += "\\\\"
            case "\u{07}": result += "\\a"
            case "\u{08}": result += "\\b"
            case "\u{0c}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{0b}": result += "\\v"
            default:
                if isPrintable(scalar), !ascii || scalar.isASCII {
                    result.unicodeScalars.append(scalar)
                } else if scalar.value < 0x80 {
                    result += "\\x" + hex(UInt64(scalar.value), width: 2)
                } else if scalar.value < 0x1_0000 {
                    result += "\\u" + hex(UInt64(scalar.value), width: 4)
                } else {
                    result += "\\U" + hex(UInt64(scalar.value), width: 8)
                }
            }
        }
        return result + String(Character(quote))
    }

    /// Whether a text can stand between back quotes on one line.
    static func fitsBackQuotes(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            scalar != "`" && scalar != "\u{feff}" && scalar.value != 0x7f && (scalar.value >= 0x20 || scalar == "\t")
        }
    }

    static func escapeHTML(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&#34;"
            case "'": result += "&#39;"
            case "\0": result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func escapeJS(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "'": result += "\\'"
            case "\"": result += "\\\""
            case "<", ">", "&", "=": result += "\\u" + hex(UInt64(scalar.value), width: 4, uppercase: true)
            default:
                if isPrintable(scalar) {
                    result.unicodeScalars.append(scalar)
                } else {
                    result += "\\u" + hex(UInt64(scalar.value), width: 4, uppercase: true)
                }
            }
        }
        return result
    }

    /// `url.QueryEscape`.
    static func escapeQuery(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if byte == 0x20 {
                result += "+"
            } else if byte < 0x80,
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_.~".unicodeScalars.contains(scalar)
            {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%" + hex(UInt64(byte), width: 2, uppercase: true)
            }
        }
        return result
    }

    /// `url.QueryUnescape`; fails on a `%` without two hexadecimal digits.
    static func unescapeQuery(_ text: String) throws(FunctionFailure) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "+"): result.append(0x20)
            case UInt8(ascii: "%"):
                let digits = String(decoding: bytes[place..<min(place + 3, bytes.count)], as: UTF8.self)
                guard place + 2 < bytes.count, digits.dropFirst().allSatisfy(\.isHexDigit),
                    let byte = UInt8(digits.dropFirst(), radix: 16)
                else { throw FunctionFailure("invalid URL escape \(quoted(digits))") }
                result.append(byte)
                place += 2
            default: result.append(bytes[place])
            }
            place += 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}
