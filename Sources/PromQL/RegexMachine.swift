/// One step of a compiled regular expression.
enum RegexInstruction: Sendable {
    case scalar(RegexClass)
    /// Goes on at both, the first preferred.
    case split(Int, Int)
    case jump(Int)
    case save(Int)
    case start(multiline: Bool)
    case end(multiline: Bool)
    case wordBoundary(negated: Bool)
    case match
}

/// Turns a tree into a program.
struct RegexCompiler {
    private var program: [RegexInstruction] = []
    /// Larger programs are refused, so that a pattern can't take the memory.
    private static let largest = 20_000

    mutating func compile(_ node: RegexNode) throws(RegexError) -> [RegexInstruction] {
        program = [.save(0)]
        try add(node)
        program += [.save(1), .match]
        return program
    }

    private mutating func add(_ node: RegexNode) throws(RegexError) {
        if program.count > Self.largest { throw RegexError(message: "too large", pattern: "…", column: 1) }
        switch node {
        case .empty: break
        case .scalars(let set): program.append(.scalar(set))
        case .start(let multiline): program.append(.start(multiline: multiline))
        case .end(let multiline): program.append(.end(multiline: multiline))
        case .wordBoundary(let negated): program.append(.wordBoundary(negated: negated))
        case .sequence(let parts): for part in parts { try add(part) }
        case .group(let index, let inner):
            program.append(.save(2 * index))
            try add(inner)
            program.append(.save(2 * index + 1))
        case .alternatives(let options): try add(options: options)
        case .repetition(let inner, let least, let most, let greedy):
            for _ in 0..<least { try add(inner) }
            if let most {
                var splits: [Int] = []
                for _ in least..<max(least, most) {
                    splits.append(program.count)
                    program.append(.match)
                    try add(inner)
                }
                for split in splits { program[split] = fork(split + 1, program.count, greedy) }
            } else {
                let split = program.count
                program.append(.match)
                try add(inner)
                program.append(.jump(split))
                program[split] = fork(split + 1, program.count, greedy)
            }
        }
    }

    private mutating func add(options: [RegexNode]) throws(RegexError) {
        var jumps: [Int] = []
        for (index, option) in options.enumerated() {
            guard index < options.count - 1 else {
                try add(option)
                break
            }
            let split = program.count
            program.append(.match)
            try add(option)
            jumps.append(program.count)
            program.append(.match)
            program[split] = .split(split + 1, program.count)
        }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private func fork(_ inner: Int, _ after: Int, _ greedy: Bool) -> RegexInstruction {
        greedy ? .split(inner, after) : .split(after, inner)
    }
}

/// Pike's machine: runs all alternatives side by side, so that the time is linear in the text.
struct RegexMachine {
    let program: [RegexInstruction]
    let groups: Int

    private struct Threads {
        var list: [(counter: Int, slots: [Int])] = []
        var seen: [Int]

        init(_ size: Int) {
            seen = Array(repeating: -1, count: size)
        }
    }

    /// - Parameter anchored: the match must begin at `from` and end with the text.
    /// - Returns: start and end of the match and of each group; nil where nothing matches.
    func run(_ text: [Unicode.Scalar], from start: Int, anchored: Bool) -> [Int]? {
        var current = Threads(program.count)
        var next = Threads(program.count)
        var found: [Int]?
        var position = start
        while position <= text.count {
            if found == nil && (position == start || !anchored) {
                add(0, Array(repeating: -1, count: 2 * (groups + 1)), position, text, &current)
            }
            if current.list.isEmpty && (found != nil || anchored) { break }
            for thread in current.list {
                switch program[thread.counter] {
                case .scalar(let set):
                    if position < text.count && set.contains(text[position]) {
                        add(thread.counter + 1, thread.slots, position + 1, text, &next)
                    }
                    continue
                case .match:
                    if anchored && position < text.count { continue }
                    found = thread.slots
                case .split, .jump, .save, .start, .end, .wordBoundary: continue
                }
                // What follows was less preferred than the match.
                break
            }
            swap(&current, &next)
            next.list.removeAll(keepingCapacity: true)
            for index in next.seen.indices { next.seen[index] = -1 }
            position += 1
        }
        return found
    }

    private func add(_ first: Int, _ slots: [Int], _ position: Int, _ text: [Unicode.Scalar], _ threads: inout Threads)
    {
        var pending = [(first, slots)]
        while let (counter, slots) = pending.popLast() {
            if threads.seen[counter] == position { continue }
            threads.seen[counter] = position
            switch program[counter] {
            case .jump(let target): pending.append((target, slots))
            case .split(let preferred, let other):
                pending.append((other, slots))
                pending.append((preferred, slots))
            case .save(let slot):
                var changed = slots
                if slot < changed.count { changed[slot] = position }
                pending.append((counter + 1, changed))
            case .start(let multiline):
                if position == 0 || (multiline && text[position - 1] == "\n") { pending.append((counter + 1, slots)) }
            case .end(let multiline):
                if position == text.count || (multiline && text[position] == "\n") {
                    pending.append((counter + 1, slots))
                }
            case .wordBoundary(let negated):
                let before = position > 0 && Self.isWord(text[position - 1])
                let after = position < text.count && Self.isWord(text[position])
                if (before != after) != negated { pending.append((counter + 1, slots)) }
            case .scalar, .match: threads.list.append((counter, slots))
            }
        }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        RegexClass.words.contains { $0.contains(scalar.value) }
    }
}
