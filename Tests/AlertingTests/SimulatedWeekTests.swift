import Alerting
import PromQL
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A week of the engine on a virtual clock: what it holds at the end is what it held after the first hours.
@Suite("A simulated week")
struct SimulatedWeekTests {
    @Test("nothing grows: samples, series, alerts, groups, messages, and the memory of the process")
    func flat() throws {
        var bench = try EngineBench()
        bench.keepsRecords = false
        var sizes: [[Int]] = []
        var memory: [Int] = []
        let step = 15
        let steps = 7 * 86_400 / step
        for number in 1...steps {
            let isSick = (number / 40) % 2 == 1
            // A pool that comes and goes under ever new names, one that flaps between levels, and one that is well.
            let name = "pool-\(number / 400)"
            bench.pass(.seconds(step), ["web": isSick ? 0.97 : 0.5, "idle": 0.1, name: isSick ? 0.85 : 0.5])
            if number % 2_000 == 0 { bench.restart() }
            if number % (steps / 14) == 0 {
                sizes.append(bench.sizes)
                memory.append(Self.residentKiB())
            }
        }
        // From the second half-day on; the first fills the window.
        let settled = sizes.dropFirst(2)
        for index in settled.first?.indices ?? 0..<0 {
            let values = settled.map { $0[index] }
            let (low, high) = (values.min() ?? 0, values.max() ?? 0)
            #expect(high <= max(2 * low, low + 60), "size \(index) grows: \(values)")
        }
        let growth = (memory.last ?? 0) - memory[memory.count / 2]
        #expect(growth < 8_192, "the process grew by \(growth) KiB in the second half: \(memory)")
        #expect(bench.attemptCount > 900)
    }

    private static func residentKiB() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        guard fgets(&text, Int32(text.count), file) != nil else { return 0 }
        let line = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4
    }
}
