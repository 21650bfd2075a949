import PromQL

extension RuleBook {
    /// The diagnoses that the rules name, by rule.
    static func diagnoses(of groups: [RuleGroup]) -> [RuleKey: String] {
        var found: [RuleKey: String] = [:]
        for case .alert(let rule) in groups.flatMap(\.rules) {
            if let diagnosis = rule.diagnosis { found[RuleKey(name: rule.name, ordinal: rule.ordinal)] = diagnosis }
        }
        return found
    }

    /// Notes that an alert waits for its rule's diagnosis. One that flaps has been looked into already.
    ///
    /// - Parameter isNew: whether an episode begins, so that what an earlier one showed is no longer true.
    /// - Returns: what is to be asked; nil where the rule names nothing.
    mutating func wantEvidence(for id: AlertID, isNew: Bool) -> DiagnosisRequest? {
        guard var alert = alerts[id], let episode = alert.firingSince else { return nil }
        if isNew, !alert.isFlapping, alert.evidence != nil {
            alert.evidence = nil
            alerts[id] = alert
            changed.insert(id)
        }
        let name = diagnoses[RuleKey(name: alert.rule, ordinal: alert.ordinal)]
        guard let name, alert.isOn, !alert.isFlapping else { return nil }
        alert.awaitedDiagnosis = name
        alerts[id] = alert
        changed.insert(id)
        return DiagnosisRequest(alert: id, episode: episode, level: alert.level, name: name, labels: alert.labels)
    }

    /// Asks again for what the agent was waiting for when it ended.
    mutating func wantEvidenceAgain() -> [DiagnosisRequest] {
        alerts.values.filter { $0.awaitedDiagnosis != nil }.map(\.id).sorted().compactMap { id in
            let request = wantEvidence(for: id, isNew: false)
            if request == nil { stopWaiting(id) }
            return request
        }
    }

    /// The alert waits for no diagnosis any more.
    mutating func stopWaiting(_ id: AlertID) {
        guard alerts[id]?.awaitedDiagnosis != nil else { return }
        alerts[id]?.awaitedDiagnosis = nil
        changed.insert(id)
    }

    /// Keeps what a diagnosis found with its alert.
    ///
    /// - Returns: the alert with it; nil where the episode that it was asked for is no longer the last one.
    mutating func attach(_ evidence: Evidence, for request: DiagnosisRequest) -> Alert? {
        guard alerts[request.alert]?.firingSince == request.episode else { return nil }
        alerts[request.alert]?.evidence = evidence
        changed.insert(request.alert)
        return alerts[request.alert]
    }
}
