import Alerting
import PromQL

/// The form of kept samples on disk.
///
/// A file is frames; a frame is the length and the checksum of its payload, and the payload. A payload is a time and
/// rounds. Whole numbers are varints (LEB128; signed ones zigzag), names are written once in a file and numbered from
/// then on, and a value that equals the series' last is one bit. The first frame that can't be read ends the file.
enum SampleCoding {
    /// A longer payload is taken for damage.
    static let longestPayload = 64 << 20

    /// What a reader and a writer of one file know in common.
    struct Names {
        var probes: [String: Int] = [:]
        var series: [Labels: Int] = [:]
        /// By number.
        var lastValues: [UInt64] = []
    }

    /// Writes the frame of some rounds.
    ///
    /// - Parameter now: the rounds' times are written as distances from it.
    static func frame(_ rounds: [RecordedRound], at now: Timestamp, names: inout Names) -> [UInt8] {
        var writer = ByteWriter()
        writer.signed(now.milliseconds)
        for round in rounds { write(round, base: now, names: &names, to: &writer) }
        let payload = writer.bytes
        var header = ByteWriter()
        header.fixed(UInt64(payload.count), bytes: 4)
        header.fixed(checksum(payload), bytes: 8)
        return header.bytes + payload
    }

    private static func write(
        _ round: RecordedRound, base: Timestamp, names: inout Names, to writer: inout ByteWriter
    ) {
        if let probe = round.probe {
            let known = names.probes[probe]
            writer.unsigned(UInt64(known ?? names.probes.count) + 1)
            if known == nil {
                writer.text(probe)
                names.probes[probe] = names.probes.count
            }
        } else {
            writer.unsigned(0)
        }
        writer.signed(round.at.milliseconds - base.milliseconds)
        writer.unsigned(UInt64(round.samples.count))
        for sample in round.samples {
            let bits = sample.value.bitPattern
            if let number = names.series[sample.labels] {
                let isSame = names.lastValues[number] == bits
                writer.unsigned(UInt64(number) << 1 | (isSame ? 1 : 0))
                names.lastValues[number] = bits
                if !isSame { writer.fixed(bits, bytes: 8) }
            } else {
                let number = names.lastValues.count
                writer.unsigned(UInt64(number) << 1)
                writer.unsigned(UInt64(sample.labels.count))
                for (name, value) in sample.labels {
                    writer.text(name)
                    writer.text(value)
                }
                names.series[sample.labels] = number
                names.lastValues.append(bits)
                writer.fixed(bits, bytes: 8)
            }
            writer.signed(sample.at.milliseconds - round.at.milliseconds)
        }
    }

    /// 64-bit FNV-1a.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return hash
    }
}

/// Bytes that grow.
private struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func signed(_ value: Int64) {
        unsigned(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// Little-endian.
    mutating func fixed(_ value: UInt64, bytes count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }

    mutating func text(_ text: String) {
        unsigned(UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}
