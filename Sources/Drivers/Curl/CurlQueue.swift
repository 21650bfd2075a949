import DequeModule

/// What waits for a place: so many transfers may be under way to one origin, and so many in all.
///
/// libcurl has such limits too, and a transfer that waits for a free connection within it is woken when another ends.
/// In 7.88 that word gets lost now and then: the last of a thousand messages then stood still until some timeout, seconds
/// later. And each of its turns looks at all that wait.
struct CurlQueue<Waiting> {
    private let mostPerOrigin: Int
    private let most: Int
    private var running: [String: Int] = [:]
    private var runningInAll = 0
    private var waiting: [String: Deque<Waiting>] = [:]

    init(mostPerOrigin: Int, most: Int) {
        self.mostPerOrigin = max(1, mostPerOrigin)
        self.most = max(1, most)
    }

    /// Whether a transfer may begin now, which then has a place; else it waits behind those of its origin.
    mutating func begins(_ one: Waiting, at origin: String) -> Bool {
        guard waiting[origin] == nil, hasRoom(at: origin) else {
            waiting[origin, default: Deque()].append(one)
            return false
        }
        take(origin)
        return true
    }

    /// Gives back the place of a transfer that has ended.
    mutating func ended(at origin: String) {
        let left = (running[origin] ?? 0) - 1
        running[origin] = left > 0 ? left : nil
        runningInAll -= 1
    }

    /// What begins next, and has a place now; nil where nothing waits or nothing may begin.
    ///
    /// - Parameter origin: where a place has just become free: whoever waits there goes first.
    mutating func next(preferring origin: String) -> Waiting? {
        guard runningInAll < most, !waiting.isEmpty else { return nil }
        let free = waiting[origin] != nil && hasRoom(at: origin) ? origin : waiting.keys.first { hasRoom(at: $0) }
        guard let free, let one = waiting[free]?.popFirst() else { return nil }
        if waiting[free]?.isEmpty == true { waiting[free] = nil }
        take(free)
        return one
    }

    /// Takes out those that no longer wait.
    mutating func removeAll(where isOver: (Waiting) -> Bool) -> [Waiting] {
        var over: [Waiting] = []
        for (origin, queue) in waiting where queue.contains(where: isOver) {
            over += queue.filter(isOver)
            let left = queue.filter { !isOver($0) }
            waiting[origin] = left.isEmpty ? nil : left
        }
        return over
    }

    /// Everything that waits, in no order between origins.
    var all: [Waiting] { waiting.values.flatMap { $0 } }

    var isEmpty: Bool { waiting.isEmpty }

    private func hasRoom(at origin: String) -> Bool {
        runningInAll < most && (running[origin] ?? 0) < mostPerOrigin
    }

    private mutating func take(_ origin: String) {
        running[origin, default: 0] += 1
        runningInAll += 1
    }
}
