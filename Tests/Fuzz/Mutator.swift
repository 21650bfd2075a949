import Support

/// Makes inputs out of others: what people write, and what happens to it on the way.
struct Mutator {
    private let seeds: [[UInt8]]
    private let words: [[UInt8]]
    private var random: SeededGenerator

    /// Longer inputs are cut: what matters shows in short ones, and sooner.
    private static let longest = 16_384

    /// - Parameter words: what the language is made of.
    init(seeds: [String], words: [String], seed: UInt64) {
        self.seeds = seeds.map { Array($0.utf8) }
        self.words = words.map { Array($0.utf8) }
        random = SeededGenerator(seed: seed)
    }

    private mutating func number(_ range: Range<Int>) -> Int {
        range.isEmpty ? range.lowerBound : Int.random(in: range, using: &random)
    }

    private mutating func seed() -> [UInt8] { seeds[number(0..<seeds.count)] }

    mutating func next() -> [UInt8] {
        var input = number(0..<20) == 0 ? [] : seed()
        for _ in 0..<number(1..<8) { mutate(&input) }
        return Array(input.prefix(Self.longest))
    }

    private mutating func mutate(_ input: inout [UInt8]) {
        let place = number(0..<input.count + 1)
        switch number(0..<10) {
        case 0: if place < input.count { input[place] ^= 1 << UInt8(number(0..<8)) }
        case 1: if place < input.count { input[place] = UInt8(number(0..<256)) }
        case 2: input.insert(UInt8(number(32..<127)), at: place)
        case 3:
            let end = min(input.count, place + number(1..<16))
            input.removeSubrange(place..<end)
        case 4...6:
            let word = words[number(0..<words.count)]
            input.insert(contentsOf: word, at: place)
        case 7:
            // A piece of another.
            let other = seed()
            let start = number(0..<other.count + 1)
            input.insert(contentsOf: other[start..<min(other.count, start + number(1..<64))], at: place)
        case 8:
            // The same again and again: depth, and length.
            let piece = input[place..<min(input.count, place + number(1..<12))]
            let times = number(1..<300)
            guard piece.count * times < Self.longest else { return }
            input.insert(contentsOf: Array(repeating: Array(piece), count: times).joined(), at: place)
        default: input = Array(input[place...]) + Array(input[..<place])
        }
    }
}
