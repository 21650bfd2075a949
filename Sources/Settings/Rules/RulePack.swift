import Foundation

/// The rules that come with Tocsin: where they lie, and which files belong to them.
package enum RulePack {
    /// The folder of the shipped rules; nil where none of the known places has one.
    ///
    /// The places are: `$TOCSIN_ALERTS`; `share/tocsin/alerts` beside the executable's folder; a source tree above the
    /// executable (a folder with `Alerts` and `Package.swift`); `/usr/share/tocsin/alerts`.
    package static func locate(
        environment: [String: String], executablePath: String?, files: FileReader = .real
    ) -> String? {
        if let named = environment["TOCSIN_ALERTS"], !named.isEmpty { return named }
        var folders: [String] = []
        if let executablePath {
            let real = URL(fileURLWithPath: executablePath).resolvingSymlinksInPath().path
            let bin = FilePath.folder(of: real)
            folders.append(FilePath.folder(of: bin) + "/share/tocsin/alerts")
            var folder = bin
            while folder != "/" && folder != "." {
                if files.names(folder + "/Alerts") != nil, files.exists(folder + "/Package.swift") {
                    folders.append(folder + "/Alerts")
                    break
                }
                folder = FilePath.folder(of: folder)
            }
        }
        folders.append("/usr/share/tocsin/alerts")
        return folders.first { files.names($0) != nil }
    }

    /// The rule files in a folder and the folders in it, sorted; unit tests of rules (`*.test.yml`, `*_test.yml`) are
    /// left out, and what is in `tests` and `runbooks`.
    package static func ruleFiles(in folder: String, files: FileReader = .real) -> [String] {
        let names = (files.names(folder) ?? []).sorted()
        let inner = names.filter { !$0.contains(".") && !["tests", "runbooks"].contains($0) }
        return names.filter(isRuleFile).map { folder + "/" + $0 }
            + inner.flatMap { name in
                (files.names(folder + "/" + name) ?? []).filter(isRuleFile).sorted().map { "\(folder)/\(name)/\($0)" }
            }
    }

    /// The runbooks in `runbooks` beside the rules of these sources: the shipped ones first, so that one's own of the same name can
    /// take their place. The shipped ones are there whether or not their rules are used.
    package static func runbooks(
        of sources: [AgentSettings.RuleSource], environment: [String: String], executablePath: String?,
        files: FileReader = .real
    ) -> (files: [(path: String, text: String)], problems: [SettingsProblem]) {
        let shipped = locate(environment: environment, executablePath: executablePath, files: files)
        var folders = shipped.map { [$0] } ?? []
        for case .files(let pattern, _) in sources {
            for path in files.paths(matching: pattern) {
                let folder = FilePath.folder(of: path)
                if !folders.contains(folder) { folders.append(folder) }
            }
        }
        let paths = folders.flatMap { folder -> [String] in
            let names = files.names(folder + "/runbooks") ?? []
            return names.filter { $0.hasSuffix(".md") && !$0.hasPrefix(".") }.sorted()
                .map { "\(folder)/runbooks/\($0)" }
        }
        var texts: [(path: String, text: String)] = []
        var problems: [SettingsProblem] = []
        for path in paths {
            do {
                texts.append((path, try files.text(path)))
            } catch {
                problems.append(
                    SettingsProblem(
                        at: nil, "can't read the runbook `\(path)`: \(error.reason)", remedy: "let this user read it"))
            }
        }
        return (texts, problems)
    }

    /// Whether a name is that of a rule file.
    static func isRuleFile(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: "."), ["yml", "yaml"].contains(name[name.index(after: dot)...]) else {
            return false
        }
        let stem = name[..<dot]
        return !stem.isEmpty && !stem.hasSuffix(".test") && !stem.hasSuffix("_test") && !stem.hasPrefix(".")
    }
}
