import Alerting
import PromQL

extension SettingsReader {
    /// A route's `escalation`, which replaces that of the route above; nil where the key is absent.
    ///
    /// - Parameter own: the route's receiver.
    func escalation(_ fields: MappingReader, among receivers: Set<String>, of own: String) -> [Route.Escalation]? {
        guard let value = fields.value("escalation"), let entries = value.list() else { return nil }
        var steps: [Route.Escalation] = []
        for entry in entries {
            let step = entry.mapping { fields -> Route.Escalation? in
                let after = fields.required("after", remedy: "add `after: 15m`")
                let length = after?.duration(zero: false)
                if fields.value("receiver") == nil {
                    _ = fields.required("receiver", remedy: "add `receiver: NAME`, who is told then")
                }
                guard let receiver = receiver(fields, "receiver", among: receivers) else { return nil }
                if receiver == own || steps.contains(where: { $0.receiver == receiver }) {
                    fields.error(
                        "the receiver `\(receiver)` has been told before this step", at: "receiver",
                        remedy: "each step names another receiver")
                }
                guard let after, let length else { return nil }
                if let last = steps.last, length <= last.after {
                    after.error(
                        "`after` is not longer than that of the step before, \(last.after.promQL)",
                        remedy: "each step counts from the first announcement; write them in order")
                }
                return Route.Escalation(after: length, receiver: receiver)
            }
            if let step { steps.append(step) }
        }
        return steps
    }
}
