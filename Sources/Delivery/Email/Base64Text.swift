/// Base64 of RFC 4648, section 4, without line breaks.
enum Base64Text {
    static func encode(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let piece = Array(bytes[start..<min(start + 3, bytes.count)])
            var number = 0
            for index in 0..<3 { number = number << 8 | (index < piece.count ? Int(piece[index]) : 0) }
            for index in 0..<4 {
                text.append(index <= piece.count ? digits[number >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
