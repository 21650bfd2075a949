import PromQL
import Support
import Testing

@Suite("The window of samples")
struct WindowTests {
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    /// Times with jitter, pauses and long gaps; values of every kind that a probe can bring.
    private func random(_ count: Int, _ random: inout SeededGenerator) -> [Point] {
        var time = Int64.random(in: -5_000...1_900_000_000_000, using: &random)
        var value = 0.0
        return (0..<count).map { _ in
            switch Int.random(in: 0..<20, using: &random) {
            case 0: time += Int64.random(in: 1...10_000_000_000, using: &random)
            case 1...5: time += Int64.random(in: 14_000...16_000, using: &random)
            case 6...8: time += Int64.random(in: 1...1_000, using: &random)
            default: time += 15_000
            }
            switch Int.random(in: 0..<12, using: &random) {
            case 0: value = Double(bitPattern: UInt64.random(in: .min ... .max, using: &random))
            case 1: value = .nan
            case 2: value = random.next() & 1 == 0 ? .infinity : -.infinity
            case 3: value = StaleMarker.value
            case 4: value = -0.0
            case 5: value = Double.random(in: 0...1, using: &random)
            case 6...8: value = Double(Int.random(in: 0...1_000, using: &random))
            default: break
            }
            return Point(time: time, value: value)
        }
    }

    @Test("gives back bit for bit what it was given, whole and in parts", arguments: 0..<40)
    func packing(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let points = random(Int.random(in: 1...500, using: &generator), &generator)
        var window = SampleWindow(retention: .seconds(300))
        let labels: Labels = [Labels.metricName: "m"]
        for point in points { window.append(Sample(labels: labels, value: point.value, at: at(point.time))) }
        #expect(window.sampleCount == points.count)
        let matchers = [try Matcher(Labels.metricName, .equal, "m")]
        for _ in 0..<20 {
            let (one, other) = (points.randomElement(using: &generator), points.randomElement(using: &generator))
            let after = (one?.time ?? 0) - Int64.random(in: 0...1, using: &generator)
            let through = (other?.time ?? 0) + Int64.random(in: -1...1, using: &generator)
            let wanted = points.filter { $0.time > after && $0.time <= through }
            let slices = window.select(matchers, after: at(after), through: at(through))
            let found = slices.flatMap { Array($0.samples) }
            #expect(found.map(\.time) == wanted.map(\.time))
            #expect(found.map(\.value.bitPattern) == wanted.map(\.value.bitPattern))
            let newest = window.newest(matchers, after: at(after), through: at(through)).first?.point
            #expect(newest?.time == wanted.last?.time && newest?.value.bitPattern == wanted.last?.value.bitPattern)
        }
    }

    @Test("a steady gauge takes less than three bytes a sample")
    func size() {
        var window = SampleWindow(retention: .seconds(7_200))
        var generator = SeededGenerator(seed: 1)
        for step in 0..<480 {
            let jitter = Int64.random(in: -3...3, using: &generator)
            let value = Double(40 + Int.random(in: -2...2, using: &generator))
            window.append(
                Sample(labels: [Labels.metricName: "m"], value: value, at: at(Int64(step) * 15_000 + jitter)))
        }
        #expect(Double(window.sampleBytes) / Double(window.sampleCount) < 3)
    }

    @Test("keeps each metric as long as a rule looks back for it, and no longer")
    func reach() throws {
        let rules = [
            try Expression("rate(long_total[1h]) > 1"), try Expression("short > 1"),
            try Expression("max_over_time(sub[10m:1m] offset 5m) > 1"),
        ]
        var window = SampleWindow(retention: .seconds(300), reach: SampleWindow.Reach(rules))
        for step in 0..<1_000 {
            for name in ["long_total", "short", "sub", "unread"] {
                window.append(
                    Sample(labels: [Labels.metricName: name], value: Double(step), at: at(Int64(step) * 15_000)))
            }
            window.prune(at: at(Int64(step) * 15_000))
        }
        func kept(_ name: String) throws -> Int {
            let matchers = [try Matcher(Labels.metricName, .equal, name)]
            return window.select(matchers, after: at(-1), through: at(.max / 4)).flatMap(\.samples).count
        }
        // An hour holds 240; whole blocks go, so up to a block more is there.
        #expect(try (240...370).contains(kept("long_total")))
        // Five minutes hold 20, ten and five and the five of an instant selector 80.
        #expect(try (20...50).contains(kept("short")) && (20...50).contains(kept("unread")))
        #expect(try (80...180).contains(kept("sub")))
        window.keep(retention: .seconds(300), reach: SampleWindow.Reach([]))
        window.prune(at: at(15_000_000))
        #expect(try kept("long_total") <= 240)
    }

    @Test("finds series by regular expression, by absence, and after they came back")
    func index() throws {
        var window = SampleWindow(retention: .seconds(300))
        func add(_ job: String?, _ time: Int64) {
            var labels: Labels = [Labels.metricName: "up"]
            labels = labels.setting("job", job)
            window.append(Sample(labels: labels, value: 1, at: at(time)))
        }
        for job in ["api", "web", "db", nil] { add(job, 1_000) }
        func jobs(_ expression: String, _ time: Int64 = 2_000) throws -> [String] {
            guard case .vector(let found) = try Expression(expression).evaluate(at: at(time), in: window) else {
                return []
            }
            return found.map { $0.labels["job"] ?? "" }.sorted()
        }
        #expect(try jobs(#"{job=~"a.*|web"}"#) == ["api", "web"])
        #expect(try jobs(#"up{job!~"a.*"}"#) == ["", "db", "web"])
        #expect(try jobs(#"up{job=""}"#) == [""])
        #expect(try jobs(#"{job!=""}"#) == ["api", "db", "web"])
        #expect(try jobs(#"{job=~".+", job!="db"}"#) == ["api", "web"])
        window.prune(at: at(10_000_000))
        #expect(window.seriesCount == 0)
        add("web", 10_000_000)
        #expect(try jobs("up", 10_000_001) == ["web"])
        #expect(window.series(matching: [], after: at(0), through: at(.max / 4)).map { $0["job"] } == ["web"])
    }

    @Test("a range evaluation gives what an instant one gives at each step")
    func steps() throws {
        var window = SampleWindow(retention: .seconds(100_000))
        var generator = SeededGenerator(seed: 7)
        for series in 0..<5 {
            var time = Int64(series) * 137
            for step in 0..<400 where step % 97 > 12 {
                time = Int64(step) * 15_000 + Int64.random(in: 0...900, using: &generator)
                window.append(
                    Sample(
                        labels: [Labels.metricName: "m_total", "s": "\(series)"], value: Double(step * series),
                        at: at(time)))
            }
        }
        let (from, through) = (Int64(1_000_123), Int64(4_000_123))
        for text in [
            "m_total", "rate(m_total[5m])", "sum(rate(m_total[7m] offset 3m))", "max_over_time(m_total[10m:1m])",
            "m_total @ end()", "m_total @ start() - m_total offset -2m", "sum_over_time((m_total offset 1m)[5m:30s])",
            "max_over_time((m_total @ 2000)[5m:1m] offset 10m)", "avg_over_time(rate(m_total[2m])[10m:1m] @ end())",
            "time() - vector(1)", "m_total @ 3000 offset -5m",
        ] {
            let expression = try Expression(text)
            let ranged = try expression.evaluateRange(
                from: at(from), through: at(through), step: .seconds(40), in: window)
            // `start()` and `end()` are those of the range, so only their times are compared.
            guard !text.contains("start()"), !text.contains("end()") else {
                #expect(!ranged.isEmpty, "\(text)")
                continue
            }
            var moment = from
            while moment <= through {
                let alone: [VectorElement]
                switch try expression.evaluate(at: at(moment), in: window) {
                case .vector(let elements): alone = elements
                case .scalar(let value): alone = [VectorElement(labels: Labels(), value: value)]
                case .matrix, .string: alone = []
                }
                let found = ranged.compactMap { series in
                    series.points.first { $0.time == moment }
                        .map { VectorElement(labels: series.labels, value: $0.value) }
                }
                #expect(Set(found) == Set(alone), "\(text) at \(moment)")
                moment += 40_000
            }
        }
    }
}
