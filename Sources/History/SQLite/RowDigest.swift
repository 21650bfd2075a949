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

    /// As SQLite's signed integer.
    var value: Int64 { Int64(bitPattern: hash) }

    private mutating func add(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }
}
