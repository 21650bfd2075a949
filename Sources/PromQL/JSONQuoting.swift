extension [UInt8] {
    /// Appends a text as a JSON string: in quotes, with what JSON wants escaped. In one go up to each such byte, since whole
    /// histories and all messages are written by it.
    package mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { bytes in
            append(UInt8(ascii: "\""))
            var rest = bytes[...]
            while let place = rest.firstIndex(where: Self.isEscaped) {
                append(contentsOf: UnsafeBufferPointer(rebasing: rest[..<place]))
                append(escaped: bytes[place])
                rest = rest[(place + 1)...]
            }
            append(contentsOf: UnsafeBufferPointer(rebasing: rest))
            append(UInt8(ascii: "\""))
        }
    }

    private static func isEscaped(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
    }

    private mutating func append(escaped byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0D: append(UInt8(ascii: "r"))
        case 0x09: append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            append(contentsOf: "u00".utf8)
            append(digits[Int(byte >> 4)])
            append(digits[Int(byte & 15)])
        }
    }
}
