import Testing

@testable import Drivers

@Suite("Transfers that wait for a place")
struct CurlQueueTests {
    @Test("each origin has its places, and the first to come goes first")
    func origins() {
        var queue = CurlQueue<Int>(mostPerOrigin: 2, most: 100)
        let begun = [1, 2, 3, 4].map { queue.begins($0, at: "a") }
        #expect(begun == [true, true, false, false])
        let other = queue.begins(5, at: "b")
        #expect(other)
        var next: [Int?] = [queue.next(preferring: "a")]
        queue.ended(at: "a")
        next += [queue.next(preferring: "a"), queue.next(preferring: "a")]
        queue.ended(at: "a")
        // Whoever comes now does not overtake.
        let overtakes = queue.begins(6, at: "a")
        next.append(queue.next(preferring: "a"))
        queue.ended(at: "a")
        next.append(queue.next(preferring: "a"))
        #expect(next == [nil, 3, nil, 4, 6] && !overtakes && queue.isEmpty)
    }

    @Test("in all there are so many places, and a free one goes to whoever may take it")
    func most() {
        var queue = CurlQueue<Int>(mostPerOrigin: 2, most: 3)
        let begun = [(1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "c")].map { queue.begins($0, at: $1) }
        #expect(begun == [true, true, true, false, false])
        queue.ended(at: "a")
        let first = [queue.next(preferring: "a"), queue.next(preferring: "a")]
        queue.ended(at: "a")
        let second = queue.next(preferring: "a")
        #expect(first[1] == nil && Set([first[0], second]) == [4, 5] && queue.isEmpty)
    }

    @Test("what is over leaves its place in the row, and gives its origin back")
    func over() {
        var queue = CurlQueue<Int>(mostPerOrigin: 1, most: 10)
        _ = (1...4).map { queue.begins($0, at: "a") }
        let third = queue.removeAll { $0 == 3 }
        #expect(third == [3] && queue.all == [2, 4])
        let rest = queue.removeAll { _ in true }
        #expect(rest == [2, 4] && queue.isEmpty)
        queue.ended(at: "a")
        let begins = queue.begins(5, at: "a")
        #expect(begins)
    }

    @Test("a random life: never more than allowed, nobody is forgotten, none overtakes another of its origin")
    func life() {
        var generator = SystemRandomNumberGenerator()
        var queue = CurlQueue<(id: Int, origin: Int)>(mostPerOrigin: 3, most: 7)
        var running: [(id: Int, origin: Int)] = []
        var begun: [Int: [Int]] = [:]
        func start(_ one: (id: Int, origin: Int)) {
            running.append(one)
            begun[one.origin, default: []].append(one.id)
            #expect(running.count <= 7 && running.count(where: { $0.origin == one.origin }) <= 3)
        }
        func end() {
            let one = running.remove(at: Int.random(in: running.indices, using: &generator))
            queue.ended(at: "\(one.origin)")
            while let next = queue.next(preferring: "\(one.origin)") { start(next) }
        }
        for id in 0..<5_000 {
            let one = (id: id, origin: Int.random(in: 0..<4, using: &generator))
            if queue.begins(one, at: "\(one.origin)") { start(one) }
            if Bool.random(using: &generator), !running.isEmpty { end() }
        }
        while !running.isEmpty { end() }
        #expect(queue.isEmpty && begun.values.map(\.count).reduce(0, +) == 5_000)
        for order in begun.values { #expect(order == order.sorted()) }
    }
}
