import GRDB

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Changes as the bytes that the journal keeps: the statement's name, the number of arguments, and each argument after a
/// byte that tells its kind. Numbers are little-endian; names and numbers of arguments have one byte, lengths of texts four.
extension RowChange {
    private enum Kind: UInt8 {
        case null, integer, number, text, blob
    }

    func write(to bytes: inout [UInt8]) {
        let name = statement.rawValue.utf8
        bytes.append(UInt8(name.count))
        bytes += name
        bytes.append(UInt8(arguments.count))
        for argument in arguments {
            switch argument.storage {
            case .null: bytes.append(Kind.null.rawValue)
            case .int64(let value):
                bytes.append(Kind.integer.rawValue)
                Self.write(UInt64(bitPattern: value), to: &bytes)
            case .double(let value):
                bytes.append(Kind.number.rawValue)
                Self.write(value.bitPattern, to: &bytes)
            case .string(let text):
                bytes.append(Kind.text.rawValue)
                Self.write(UInt32(text.utf8.count), to: &bytes)
                bytes += text.utf8
            case .blob(let data):
                bytes.append(Kind.blob.rawValue)
                Self.write(UInt32(data.count), to: &bytes)
                bytes += data
            }
        }
    }

    private static func write(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    /// Reads what `write` has written; nil where something else is there.
    static func read(_ bytes: [UInt8]) -> [RowChange]? {
        var reader = Reader(bytes: bytes)
        var changes: [RowChange] = []
        while reader.place < bytes.count {
            guard let length = reader.integer(UInt8.self), let name = reader.take(Int(length)),
                let statement = RowStatement(rawValue: String(decoding: name, as: UTF8.self)),
                let count = reader.integer(UInt8.self)
            else { return nil }
            var arguments: [DatabaseValue] = []
            for _ in 0..<count {
                guard let argument = reader.argument() else { return nil }
                arguments.append(argument)
            }
            changes.append(RowChange(statement, arguments))
        }
        return changes
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= bytes.count - place else { return nil }
            defer { place += count }
            return bytes[place..<place + count]
        }

        mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
            take(Value.bitWidth / 8).map { slice in
                slice.withUnsafeBytes { Value(littleEndian: $0.loadUnaligned(as: Value.self)) }
            }
        }

        mutating func argument() -> DatabaseValue? {
            switch integer(UInt8.self).flatMap(Kind.init) {
            case .null: .null
            case .integer: integer(UInt64.self).map { Int64(bitPattern: $0).databaseValue }
            case .number: integer(UInt64.self).map { Double(bitPattern: $0).databaseValue }
            case .text: part().map { String(decoding: $0, as: UTF8.self).databaseValue }
            case .blob: part().map { Data($0).databaseValue }
            case nil: nil
            }
        }

        private mutating func part() -> ArraySlice<UInt8>? {
            integer(UInt32.self).flatMap { take(Int($0)) }
        }
    }
}
