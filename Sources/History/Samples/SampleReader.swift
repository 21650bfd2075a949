import Alerting
import PromQL

/// Reads one file of kept samples, frame by frame.
struct SampleReader {
    private let bytes: [UInt8]
    private var position = 0
    private var end = 0
    private var probes: [String] = []
    private var series: [Labels] = []
    private var lastValues: [UInt64] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The rounds of the next frame; nil at the end of the file, or where the rest of it can't be read.
    mutating func next() -> [RecordedRound]? {
        end = bytes.count
        guard let length = fixed(4), let sum = fixed(8), length <= SampleCoding.longestPayload,
            Int(length) <= bytes.count - position
        else { return nil }
        end = position + Int(length)
        guard SampleCoding.checksum(bytes[position..<end]) == sum, let milliseconds = signed() else { return nil }
        let at = Timestamp(milliseconds: milliseconds)
        var rounds: [RecordedRound] = []
        while position < end {
            guard let round = round(base: at) else { return nil }
            rounds.append(round)
        }
        return rounds
    }

    private mutating func round(base: Timestamp) -> RecordedRound? {
        guard let source = unsigned(), source <= probes.count + 1 else { return nil }
        if source == probes.count + 1 {
            guard let name = text() else { return nil }
            probes.append(name)
        }
        guard let distance = signed(), let count = unsigned(), count <= end - position else { return nil }
        let at = Timestamp(milliseconds: base.milliseconds &+ distance)
        var samples: [Sample] = []
        samples.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let sample = sample(at: at) else { return nil }
            samples.append(sample)
        }
        return RecordedRound(probe: source == 0 ? nil : probes[Int(source) - 1], at: at, samples: samples)
    }

    private mutating func sample(at: Timestamp) -> Sample? {
        guard let reference = unsigned(), reference >> 1 <= series.count else { return nil }
        let number = Int(reference >> 1)
        if number == series.count {
            guard let labels = labels() else { return nil }
            series.append(labels)
            lastValues.append(0)
        }
        if reference & 1 == 0 {
            guard let bits = fixed(8) else { return nil }
            lastValues[number] = bits
        }
        guard let distance = signed() else { return nil }
        return Sample(
            labels: series[number], value: Double(bitPattern: lastValues[number]),
            at: Timestamp(milliseconds: at.milliseconds &+ distance))
    }

    private mutating func labels() -> Labels? {
        guard let count = unsigned(), count <= end - position else { return nil }
        var pairs: [(String, String)] = []
        for _ in 0..<count {
            guard let name = text(), let value = text() else { return nil }
            pairs.append((name, value))
        }
        return Labels(pairs)
    }

    // MARK: Parts

    private mutating func unsigned() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    private mutating func signed() -> Int64? {
        unsigned().map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    private mutating func fixed(_ count: Int) -> UInt64? {
        guard end - position >= count else { return nil }
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
        position += count
        return value
    }

    private mutating func text() -> String? {
        guard let length = unsigned(), length <= end - position else { return nil }
        defer { position += Int(length) }
        return String(decoding: bytes[position..<(position + Int(length))], as: UTF8.self)
    }
}
