/// Quoted-printable of RFC 2045, section 6.7: keeps plain text readable, and gives lines of at most 76 characters.
enum QuotedPrintable {
    /// - Parameter text: with line feeds at its lines' ends; they become CRLF. Ends in CRLF.
    static func encode(_ text: String) -> String {
        var result: [UInt8] = []
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            encode(Array(line), to: &result)
            result += [0x0D, 0x0A]
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func encode(_ line: [UInt8], to result: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        var length = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let isPlain = (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "=")
            // White space at a line's end may be lost on the way.
            let isSpace = (byte == 0x20 || byte == 0x09) && !isLast
            let piece =
                isPlain || isSpace ? [byte] : [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            // One place is kept for the mark of a soft line break.
            if length + piece.count > (isLast ? 76 : 75) {
                result += [UInt8(ascii: "="), 0x0D, 0x0A]
                length = 0
            }
            result += piece
            length += piece.count
        }
    }
}
