/// A short stand-in for a whole row, the same in every run: 64-bit FNV-1a over its columns.
struct RowDigest {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ columns: [String?]) {
        for column in columns {
            // No UTF-8 text holds these bytes, so columns can't run into each other.
            add(column == nil ? 0xFE : 0xFF)
            for byte in (column ?? "").utf8 { add(byte) }
        }
    }

    /// The checksum of one row's body.
    static func checksum(_ body: String) -> Int64 {
        var digest = RowDigest()
        digest.add([body])
        return digest.value
    }

    /// The same for many bytes, eight at a time: a storm writes tens of megabytes.
    static func checksum(_ bytes: [UInt8]) -> Int64 {
        var digest = RowDigest()
        bytes.withUnsafeBytes { bytes in
            let whole = bytes.count & ~7
            for place in stride(from: 0, to: whole, by: 8) {
                digest.add(word: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            }
            for place in whole..<bytes.count { digest.add(bytes[place]) }
        }
        return digest.value
    }

    /// As SQLite's signed integer.
    var value: Int64 { Int64(bitPattern: hash) }

    private mutating func add(word: UInt64) {
        // The product carries low bits upwards only; the shift brings them back down.
        hash = (hash ^ word) &* 0x0000_0100_0000_01B3
        hash ^= hash >> 32
    }

    private mutating func add(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}
