/// Walks a template's tree and writes its text.
struct TemplateExpander {
    private enum Flow { case next, breaks, continues }

    private let template: Template
    let environment: TemplateEnvironment
    /// Where the offsets of the nodes at work point to: a called template may come from another text.
    private var source: TemplateSource
    private var variables: [(name: String, value: TemplateValue)]
    private var output = ""
    private var steps = 0
    private var depth = 0

    /// Of nodes, pipelines and calls within each other: what a thread's stack bears with ease.
    private static let deepest = 120

    init(_ template: Template, variables: [String: TemplateValue], environment: TemplateEnvironment) {
        self.template = template
        self.environment = environment
        self.variables = variables.map { ($0.key, $0.value) }
        source = TemplateSource(text: template.text, name: template.name)
    }

    mutating func expand(_ dot: TemplateValue) throws(TemplateError) -> String {
        variables.append(("", dot))
        _ = try run(template.nodes, dot)
        try checkSize(at: 0)
        return output
    }

    // MARK: Bounds

    func error(_ message: String, at offset: Int) -> TemplateError { source.error(message, at: offset) }

    /// Counts a step, and one more for each 64 bytes that it looks at.
    mutating func step(bytes: Int = 0, at offset: Int = 0) throws(TemplateError) {
        steps += 1 + bytes / 64
        if steps > environment.maxSteps {
            throw error("the template takes more than \(environment.maxSteps) steps", at: offset)
        }
    }

    private func checkSize(at offset: Int) throws(TemplateError) {
        if output.utf8.count > environment.maxOutput {
            throw error("the template gives more than \(environment.maxOutput) bytes", at: offset)
        }
    }

    /// Refuses a value that is larger than the output may be, or nested too deeply to be walked.
    ///
    /// - Parameter whole: whether what comes from outside counts too, because all of it is to be written.
    mutating func check(_ value: TemplateValue, whole: Bool, at offset: Int) throws(TemplateError) {
        var left = environment.maxOutput
        if !value.fits(&left, whole: whole) {
            throw error(
                "a value of the template is larger than \(environment.maxOutput) bytes, or nested too deeply",
                at: offset)
        }
        try step(bytes: environment.maxOutput - left, at: offset)
    }

    private mutating func enter(at offset: Int) throws(TemplateError) {
        depth += 1
        if depth > Self.deepest { throw error("the template nests or calls itself too deeply", at: offset) }
    }

    // MARK: Nodes

    private mutating func run(_ nodes: [TemplateNode], _ dot: TemplateValue) throws(TemplateError) -> Flow {
        for node in nodes {
            try step()
            switch node {
            case .text(let piece):
                output += piece
                try checkSize(at: 0)
            case .action(let pipeline):
                let value = try evaluate(pipeline, dot)
                if pipeline.variables.isEmpty { try write(value, at: pipeline.offset) }
            case .branch(let branch):
                let flow = try run(branch, dot)
                if flow != .next { return flow }
            case .range(let loop): try run(loop, dot)
            case .call(let name, let argument, let offset):
                let value = try argument.map { (pipeline) throws(TemplateError) in try evaluate(pipeline, dot) }
                try call(name, value ?? .null, at: offset)
            case .break: return .breaks
            case .continue: return .continues
            }
        }
        return .next
    }

    private mutating func write(_ value: TemplateValue, at offset: Int) throws(TemplateError) {
        switch value {
        case .null: output += "<no value>"
        case .string(let text): output += text
        case .bool, .int, .double, .list, .map, .labels, .record, .time, .duration, .calendar:
            try check(value, whole: true, at: offset)
            output += GoPrinter.plain(value)
        }
        try checkSize(at: offset)
    }

    private mutating func run(_ branch: Branch, _ dot: TemplateValue) throws(TemplateError) -> Flow {
        let mark = variables.count
        try enter(at: branch.arms.first?.condition.offset ?? 0)
        defer {
            depth -= 1
            variables.removeLast(variables.count - mark)
        }
        for arm in branch.arms {
            let value = try evaluate(arm.condition, dot)
            if value.isTrue { return try run(arm.body, branch.setsDot ? value : dot) }
        }
        return try run(branch.otherwise, dot)
    }

    private mutating func run(_ loop: RangeLoop, _ dot: TemplateValue) throws(TemplateError) {
        let mark = variables.count
        try enter(at: loop.head.offset)
        defer {
            depth -= 1
            variables.removeLast(variables.count - mark)
        }
        var head = loop.head
        let names = head.variables
        head.variables = []
        let items = try items(of: try evaluate(head, dot), count: names.count, at: head.offset)
        if items.isEmpty {
            _ = try run(loop.otherwise, dot)
            return
        }
        for item in items {
            try step(at: head.offset)
            let inner = variables.count
            defer { variables.removeLast(variables.count - inner) }
            if names.count == 1 { set(names[0], item.value, declares: head.declares) }
            if names.count == 2 {
                set(names[0], item.key, declares: head.declares)
                set(names[1], item.value, declares: head.declares)
            }
            if try run(loop.body, item.value) == .breaks { break }
        }
    }

    /// What `range` goes through, with keys or places from 0.
    ///
    /// - Parameter count: of the variables that it sets.
    private mutating func items(
        of value: TemplateValue, count: Int, at offset: Int
    ) throws(TemplateError) -> [(key: TemplateValue, value: TemplateValue)] {
        try step(bytes: value.shallowSize, at: offset)
        switch value {
        case .list(let list): return list.elements.enumerated().map { (.int(Int64($0.offset)), $0.element) }
        case .map(let map):
            return map.sorted { $0.key.precedesInBytes($1.key) }.map { (.string($0.key), $0.value) }
        case .labels(let labels):
            return labels.values.sorted { $0.key.precedesInBytes($1.key) }.map { (.string($0.key), .string($0.value)) }
        case .int(let times):
            if count > 1 { throw error("can't use \(times) to iterate over more than one variable", at: offset) }
            guard times <= Int64(environment.maxSteps) else {
                throw error("the template takes more than \(environment.maxSteps) steps", at: offset)
            }
            return (0..<max(0, Int(times))).map { (.int(Int64($0)), .int(Int64($0))) }
        case .null: return []
        case .bool, .double, .string, .record, .time, .duration, .calendar:
            throw error("range can't iterate over \(GoPrinter.plain(value).prefix(100))", at: offset)
        }
    }

    /// Runs another template, which sees nothing but its dot.
    private mutating func call(_ name: String, _ value: TemplateValue, at offset: Int) throws(TemplateError) {
        guard let called = template.definitions[name] else {
            throw error("template `\(name)` is not defined", at: offset)
        }
        try enter(at: offset)
        let saved = (variables, source)
        (variables, source) = ([("", value)], called.source)
        _ = try run(called.body, value)
        (variables, source) = saved
        depth -= 1
    }

    private mutating func set(_ name: String, _ value: TemplateValue, declares: Bool) {
        if !declares, let place = variables.lastIndex(where: { $0.name == name }) {
            variables[place].value = value
        } else {
            variables.append((name, value))
        }
    }

    // MARK: Values

    mutating func evaluate(_ pipeline: Pipeline, _ dot: TemplateValue) throws(TemplateError) -> TemplateValue {
        try enter(at: pipeline.offset)
        var value: TemplateValue?
        for command in pipeline.commands { value = try evaluate(command, dot, last: value) }
        let result = value ?? .null
        for name in pipeline.variables { set(name, result, declares: pipeline.declares) }
        depth -= 1
        return result
    }

    func dialectFunction(_ name: String) -> TemplateFunction? { template.dialect.function(name) }

    /// The value of a variable; the parser has seen to it that it exists.
    func variable(_ name: String) -> TemplateValue { variables.last { $0.name == name }?.value ?? .null }

    /// What another template writes, as a text.
    mutating func text(of name: String, _ value: TemplateValue, at offset: Int) throws(TemplateError) -> TemplateValue {
        let saved = output
        output = ""
        try call(name, value, at: offset)
        let text = output
        output = saved
        return .string(text)
    }
}
