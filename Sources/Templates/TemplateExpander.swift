/// Walks a template's tree and writes its text.
struct TemplateExpander {
    private enum Flow { case next, breaks, continues }

    private let template: Template
    private let environment: TemplateEnvironment
    private var variables: [(name: String, value: TemplateValue)]
    private var output = ""
    private var steps = 0
    private var depth = 0

    init(_ template: Template, variables: [String: TemplateValue], environment: TemplateEnvironment) {
        self.template = template
        self.environment = environment
        self.variables = variables.map { ($0.key, $0.value) }
    }

    mutating func expand(_ dot: TemplateValue) throws(TemplateError) -> String {
        variables.append(("", dot))
        _ = try run(template.nodes, dot)
        try checkSize(output.utf8.count, at: 0)
        return output
    }

    private func error(_ message: String, at offset: Int) -> TemplateError {
        TemplateError(message, at: offset, in: template.text, name: template.name)
    }

    private mutating func step() throws(TemplateError) {
        steps += 1
        if steps > environment.maxSteps {
            throw error("the template takes more than \(environment.maxSteps) steps", at: 0)
        }
        if output.utf8.count > environment.maxOutput {
            throw error("the template gives more than \(environment.maxOutput) bytes", at: 0)
        }
    }

    private func checkSize(_ size: Int, at offset: Int) throws(TemplateError) {
        if size > environment.maxOutput {
            throw error("the template gives more than \(environment.maxOutput) bytes", at: offset)
        }
    }

    /// Refuses a value that is larger than the output may be, or nested too deeply to be walked, before it is copied.
    private func check(_ value: TemplateValue, at offset: Int) throws(TemplateError) {
        var left = environment.maxOutput
        if !value.fits(&left, depth: 0) {
            throw error(
                "a value of the template is larger than \(environment.maxOutput) bytes, or nested too deeply",
                at: offset)
        }
    }

    /// Each byte of a text may be replaced by a long one, before anybody could look at the result.
    private func checkReplacement(
        _ name: String, _ arguments: [TemplateValue], at offset: Int
    ) throws(TemplateError) {
        guard name == "reReplaceAll", arguments.count == 3, case .string(let replacement) = arguments[1],
            case .string(let text) = arguments[2]
        else { return }
        if (text.utf8.count + 1) * replacement.utf8.count > 64 * environment.maxOutput {
            throw error("`reReplaceAll` could give too long a text", at: offset)
        }
    }

    private mutating func run(_ nodes: [TemplateNode], _ dot: TemplateValue) throws(TemplateError) -> Flow {
        for node in nodes {
            try step()
            switch node {
            case .text(let piece): output += piece
            case .action(let pipeline):
                let value = try evaluate(pipeline, dot)
                if pipeline.variables.isEmpty {
                    output += value.text
                    try checkSize(output.utf8.count, at: pipeline.offset)
                }
            case .branch(let branch):
                let flow = try run(branch, dot)
                if flow != .next { return flow }
            case .range(let branch): try loop(branch, dot)
            case .call(let name, let argument, let offset): try call(name, argument, dot, at: offset)
            case .break: return .breaks
            case .continue: return .continues
            }
        }
        return .next
    }

    private mutating func run(_ branch: Branch, _ dot: TemplateValue) throws(TemplateError) -> Flow {
        let mark = variables.count
        defer { variables.removeLast(variables.count - mark) }
        let value = try evaluate(branch.condition, dot)
        if value.isTrue { return try run(branch.body, branch.setsDot ? value : dot) }
        return try run(branch.otherwise, dot)
    }

    private mutating func loop(_ branch: Branch, _ dot: TemplateValue) throws(TemplateError) {
        let mark = variables.count
        defer { variables.removeLast(variables.count - mark) }
        var head = branch.condition
        let names = head.variables
        head.variables = []
        let items: [(key: TemplateValue, value: TemplateValue)]
        switch try evaluate(head, dot) {
        case .list(let list): items = list.enumerated().map { (.int(Int64($0.offset)), $0.element) }
        case .map(let map): items = map.sorted { $0.key < $1.key }.map { (.string($0.key), $0.value) }
        case .int(let count):
            guard count <= Int64(environment.maxSteps) else {
                throw error("the template takes more than \(environment.maxSteps) steps", at: head.offset)
            }
            items = (0..<max(0, Int(count))).map { (.int(Int64($0)), .int(Int64($0))) }
        case .null: items = []
        case .bool, .double, .string: throw error("range can't iterate over that", at: head.offset)
        }
        if items.isEmpty {
            _ = try run(branch.otherwise, dot)
            return
        }
        for item in items {
            try step()
            let inner = variables.count
            defer { variables.removeLast(variables.count - inner) }
            if names.count == 1 { set(names[0], item.value, declares: branch.condition.declares) }
            if names.count == 2 {
                set(names[0], item.key, declares: branch.condition.declares)
                set(names[1], item.value, declares: branch.condition.declares)
            }
            if try run(branch.body, item.value) == .breaks { break }
        }
    }

    private mutating func call(
        _ name: String, _ argument: Pipeline?, _ dot: TemplateValue, at offset: Int
    ) throws(TemplateError) {
        guard let body = template.definitions[name] else {
            throw error("template `\(name)` is not defined", at: offset)
        }
        depth += 1
        defer { depth -= 1 }
        if depth > 50 { throw error("templates call each other too deeply", at: offset) }
        var value = TemplateValue.null
        if let argument { value = try evaluate(argument, dot) }
        let saved = variables
        variables = [("", value)]
        _ = try run(body, value)
        variables = saved
    }

    private mutating func set(_ name: String, _ value: TemplateValue, declares: Bool) {
        if !declares, let place = variables.lastIndex(where: { $0.name == name }) {
            variables[place].value = value
        } else {
            variables.append((name, value))
        }
    }

    // MARK: Values

    private mutating func evaluate(_ pipeline: Pipeline, _ dot: TemplateValue) throws(TemplateError) -> TemplateValue {
        var value: TemplateValue?
        for command in pipeline.commands { value = try evaluate(command, dot, last: value) }
        let result = value ?? .null
        for name in pipeline.variables { set(name, result, declares: pipeline.declares) }
        return result
    }

    private mutating func evaluate(
        _ command: Command, _ dot: TemplateValue, last: TemplateValue?
    ) throws(TemplateError) -> TemplateValue {
        try step()
        guard case .function(let name) = command.operands[0] else {
            return try evaluate(command.operands[0], dot, at: command.offset)
        }
        return try apply(name, Array(command.operands.dropFirst()), dot, last: last, at: command.offset)
    }

    private mutating func apply(
        _ name: String, _ operands: [Operand], _ dot: TemplateValue, last: TemplateValue?, at offset: Int
    ) throws(TemplateError) -> TemplateValue {
        guard let function = TemplateFunction.named(name) else { throw error("unknown function `\(name)`", at: offset) }
        var arguments: [TemplateValue] = []
        for operand in operands {
            let value = try evaluate(operand, dot, at: offset)
            // As in Go, what follows the deciding argument is not evaluated.
            if name == "and", !value.isTrue { return value }
            if name == "or", value.isTrue { return value }
            arguments.append(value)
        }
        if let last { arguments.append(last) }
        do {
            try checkReplacement(name, arguments, at: offset)
            let result = try function.body(arguments, environment)
            // What comes from outside is bounded by the data; what functions build could double at each step.
            if !["query", "first", "sortByLabel"].contains(name) { try check(result, at: offset) }
            return result
        } catch let error as TemplateError {
            throw error
        } catch let failure as FunctionFailure {
            throw error("error calling \(name): \(failure.message)", at: offset)
        } catch let other {
            throw error("error calling \(name): \(other)", at: offset)
        }
    }

    private mutating func evaluate(
        _ operand: Operand, _ dot: TemplateValue, at offset: Int
    ) throws(TemplateError) -> TemplateValue {
        switch operand {
        case .literal(let value): return value
        case .field(let path): return try follow(path, from: dot, at: offset)
        case .variable(let name, let path):
            let value = variables.last { $0.name == name }?.value ?? .null
            return try follow(path, from: value, at: offset)
        case .function(let name): return try apply(name, [], dot, last: nil, at: offset)
        case .nested(let pipeline, let path):
            return try follow(path, from: try evaluate(pipeline, dot), at: offset)
        }
    }

    private func follow(
        _ path: [String], from value: TemplateValue, at offset: Int
    ) throws(TemplateError) -> TemplateValue {
        var value = value
        for name in path {
            switch value {
            // `missingkey=zero`, as Prometheus and Alertmanager set it: a missing label is empty text.
            case .map(let map): value = map[name] ?? .string("")
            case .null, .bool, .int, .double, .string, .list:
                throw error("can't take the field `\(name)` of \(value.kind)", at: offset)
            }
        }
        return value
    }
}
