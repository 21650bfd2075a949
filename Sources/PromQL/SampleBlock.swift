/// Samples of one series, oldest first, packed into bits.
///
/// After «Gorilla: A Fast, Scalable, In-Memory Time Series Database» (Pelkonen and others, VLDB 2015): of a time only
/// the change of its distance to the one before is kept, of a value only the bits that differ from the one before.
/// A steady gauge takes about a byte a sample, where a plain pair takes 16.
struct SampleBlock: Sendable {
    private var counted: UInt32 = 1
    /// Milliseconds since 1970.
    let firstTime: Int64
    private(set) var lastTime: Int64
    private(set) var lastValue: Double
    private let firstValue: Double
    private var lastDistance: Int64 = 0
    private var words: [UInt64] = []
    private var usedBits: UInt32 = 0
    /// Where the bits of a value that differ lay last: zeros before and after them. More than 64 before: not yet known.
    private var leading: UInt8 = 255
    private var trailing: UInt8 = 0

    /// Past this the next sample belongs to a new block, so that reading a few samples unpacks only a few.
    static let mostSamples = 120

    init(_ first: Point) {
        firstTime = first.time
        firstValue = first.value
        lastTime = first.time
        lastValue = first.value
    }

    var count: Int { Int(counted) }

    /// The size of the packed bits.
    var bytes: Int { words.capacity * 8 }

    /// Adds a sample; its time must be after the last one's.
    mutating func append(_ point: Point) {
        let distance = point.time - lastTime
        write(change: distance - lastDistance)
        write(difference: point.value.bitPattern ^ lastValue.bitPattern)
        lastDistance = distance
        lastTime = point.time
        lastValue = point.value
        counted += 1
    }

    /// Gives back what was reserved for more samples.
    mutating func shrink() {
        guard words.capacity > words.count else { return }
        words = words.withUnsafeBufferPointer { packed in
            Array(unsafeUninitializedCapacity: packed.count) { buffer, count in
                _ = buffer.initialize(from: packed)
                count = packed.count
            }
        }
    }

    // MARK: Writing

    /// One bit for a time that keeps the distance; six more cover the jitter of a machine in milliseconds.
    private mutating func write(change: Int64) {
        switch change {
        case 0: write(0, bits: 1)
        case -32...31: write(0b10 << 6 | UInt64(bitPattern: change) & 0x3f, bits: 8)
        case -512...511: write(0b110 << 10 | UInt64(bitPattern: change) & 0x3ff, bits: 13)
        case -131_072...131_071: write(0b1110 << 18 | UInt64(bitPattern: change) & 0x3_ffff, bits: 22)
        default:
            write(0b1111, bits: 4)
            write(UInt64(bitPattern: change), bits: 64)
        }
    }

    private mutating func write(difference: UInt64) {
        guard difference != 0 else { return write(0, bits: 1) }
        let zerosBefore = min(difference.leadingZeroBitCount, 31)
        let zerosAfter = difference.trailingZeroBitCount
        if leading <= 31, zerosBefore >= leading, zerosAfter >= trailing {
            write(0b10, bits: 2)
        } else {
            (leading, trailing) = (UInt8(zerosBefore), UInt8(zerosAfter))
            let width = 64 - zerosBefore - zerosAfter
            write(0b11 << 11 | UInt64(zerosBefore) << 6 | UInt64(width - 1), bits: 13)
        }
        write(difference >> UInt64(trailing), bits: 64 - Int(leading) - Int(trailing))
    }

    private mutating func write(_ value: UInt64, bits: Int) {
        let free = words.count * 64 - Int(usedBits)
        usedBits += UInt32(bits)
        if bits <= free {
            words[words.count - 1] |= value << UInt64(free - bits)
            return
        }
        let rest = bits - free
        if free > 0 { words[words.count - 1] |= value >> UInt64(rest) }
        if words.count == words.capacity { words.reserveCapacity(words.count + max(2, words.count / 4)) }
        words.append(rest == 64 ? value : value << UInt64(64 - rest))
    }

    // MARK: Reading

    /// Appends the samples after `after` and up to and with `through` to `points`.
    func read(after: Int64, through: Int64, into points: inout [Point]) {
        guard firstTime <= through, lastTime > after else { return }
        if firstTime > after { points.append(Point(time: firstTime, value: firstValue)) }
        words.withUnsafeBufferPointer { words in
            var bits = BitReader(words: words)
            var (time, distance) = (firstTime, Int64(0))
            var value = firstValue.bitPattern
            var (leading, trailing) = (0, 0)
            for _ in 1..<count {
                distance += bits.change()
                time += distance
                value ^= bits.difference(leading: &leading, trailing: &trailing)
                if time > through { return }
                if time > after { points.append(Point(time: time, value: Double(bitPattern: value))) }
            }
        }
    }
}

/// Takes bits from words in the order in which `SampleBlock` wrote them.
private struct BitReader {
    let words: UnsafeBufferPointer<UInt64>
    private var position = 0

    init(words: UnsafeBufferPointer<UInt64>) {
        self.words = words
    }

    /// The next 64 bits; past the end they are zero.
    @inline(__always)
    private var ahead: UInt64 {
        let (word, offset) = (position >> 6, UInt64(position & 63))
        guard word < words.count else { return 0 }
        let first = words[word] << offset
        guard offset > 0, word + 1 < words.count else { return first }
        return first | words[word + 1] >> (64 - offset)
    }

    /// `count` bits after the first `skip` of `bits`, with their sign.
    @inline(__always)
    private static func signed(_ bits: UInt64, skip: UInt64, count: Int64) -> Int64 {
        Int64(bitPattern: bits << skip) >> (64 - count)
    }

    @inline(__always)
    mutating func change() -> Int64 {
        let bits = ahead
        switch (~bits).leadingZeroBitCount {
        case 0:
            position += 1
            return 0
        case 1:
            position += 8
            return Self.signed(bits, skip: 2, count: 6)
        case 2:
            position += 13
            return Self.signed(bits, skip: 3, count: 10)
        case 3:
            position += 22
            return Self.signed(bits, skip: 4, count: 18)
        default:
            position += 4
            let change = Int64(bitPattern: ahead)
            position += 64
            return change
        }
    }

    @inline(__always)
    mutating func difference(leading: inout Int, trailing: inout Int) -> UInt64 {
        let bits = ahead
        if bits >> 63 == 0 {
            position += 1
            return 0
        }
        if bits >> 62 & 1 == 0 {
            position += 2
        } else {
            leading = Int(bits >> 57 & 0x1f)
            trailing = 63 - leading - Int(bits >> 51 & 0x3f)
            position += 13
        }
        let width = 64 - leading - trailing
        let difference = (ahead >> UInt64(64 - width)) << UInt64(trailing)
        position += width
        return difference
    }
}
