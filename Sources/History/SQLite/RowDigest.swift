import GRDB

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A short stand-in for a whole row, the same in every run: 64-bit FNV-1a over its columns, eight bytes at a time, since a
/// storm writes tens of megabytes.
struct RowDigest {
    private static let prime: UInt64 = 0x0000_0100_0000_01B3
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ columns: some Sequence<DatabaseValue>) {
        for column in columns {
            switch column.storage {
            // No text is as long as this, so what is missing is not an empty text.
            case .null: add(.max)
            case .int64(let number): add(UInt64(bitPattern: number))
            case .double(let number): add(number.bitPattern)
            case .string(let text): add(text)
            case .blob(let data): data.withUnsafeBytes { add($0) }
            }
        }
    }

    private mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// The checksum of one row's body.
    static func checksum(_ body: String) -> Int64 {
        var digest = RowDigest()
        digest.add(body)
        return digest.value
    }

    /// The same for bytes.
    static func checksum(_ bytes: [UInt8]) -> Int64 {
        var digest = RowDigest()
        bytes.withUnsafeBytes { digest.add($0) }
        return digest.value
    }

    /// Whether a checksum is this body's, also one that was written before version 7 of the history: byte
    /// for byte, after 0xFF.
    static func isChecksum(_ checksum: Int64, of body: String) -> Bool {
        if checksum == self.checksum(body) { return true }
        var digest = RowDigest()
        digest.add(byte: 0xFF)
        for byte in body.utf8 { digest.add(byte: byte) }
        return checksum == digest.value
    }

    /// As SQLite's signed integer.
    var value: Int64 { Int64(bitPattern: hash) }

    /// The length goes first, so columns can't run into each other.
    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(UInt64(bytes.count))
        let whole = bytes.count & ~7
        for place in stride(from: 0, to: whole, by: 8) {
            add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
        }
        for place in whole..<bytes.count { add(byte: bytes[place]) }
    }

    private mutating func add(_ word: UInt64) {
        // The product carries low bits upwards only; the shift brings them back down.
        hash = (hash ^ word) &* Self.prime
        hash ^= hash >> 32
    }

    private mutating func add(byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* Self.prime
    }
}
