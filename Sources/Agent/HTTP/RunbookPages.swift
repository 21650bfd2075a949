import Foundation
import HTTPTypes
import Hummingbird
import Runbooks

/// The runbooks as pages of the agent's own: where the links in messages lead. They hold no scripts and load nothing
/// from elsewhere.
struct RunbookPages: Sendable {
    let runbooks: RunbookDirectory

    func add(to router: Router<BasicRequestContext>) {
        router.get("/runbooks") { request, _ in self.list(request) }
        router.get("/runbooks/:name") { request, context in
            self.page(context.parameters.get("name")?.removingPercentEncoding ?? "", request)
        }
        router.get(RouterPath(AgentPage.stylePath)) { _, _ in
            JSONAnswer.text(Data(AgentPage.style.utf8), type: "text/css; charset=utf-8")
        }
    }

    private func page(_ name: String, _ request: Request) -> Response {
        let shelf = runbooks.shelf
        guard let runbook = shelf.runbook(name) else {
            let message = "There is no runbook `\(name.prefix(80))`."
            guard !Self.wantsText(request) else {
                let names = shelf.runbooks.map { "  \($0.name)\n" }.joined()
                return Self.text("\(message) There are:\n\n\(names)", status: .notFound)
            }
            let inner = "<p>\(MarkdownHTML.escaped(message)) There are:</p>\n\(Self.links(to: shelf))"
            return AgentPage.html(inner, title: "No such runbook", status: .notFound)
        }
        if Self.wantsText(request) { return Self.text(runbook.text, type: "text/markdown; charset=utf-8") }
        let links = "<p class=\"links\"><a href=\"/runbooks\">All runbooks</a> · <a href=\"?raw\">As text</a></p>\n"
        return AgentPage.html(links + MarkdownHTML.render(runbook.text), title: runbook.title)
    }

    private func list(_ request: Request) -> Response {
        let shelf = runbooks.shelf
        if Self.wantsText(request) {
            return Self.text(shelf.runbooks.map { "\($0.name)\t\($0.title)\n" }.joined())
        }
        return AgentPage.html("<h1>Runbooks</h1>\n\(Self.links(to: shelf))", title: "Runbooks")
    }

    private static func links(to shelf: RunbookShelf) -> String {
        let items = shelf.runbooks.map { runbook in
            let path = runbook.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            return "<li><a href=\"/runbooks/\(path)\">\(MarkdownHTML.escaped(runbook.title))</a> "
                + "<code>\(MarkdownHTML.escaped(runbook.name))</code></li>\n"
        }
        return "<ul>\n\(items.joined())</ul>\n"
    }

    /// Whether the text is wanted as it is written: `?raw`, or a program that asks for text and not for HTML.
    private static func wantsText(_ request: Request) -> Bool {
        if request.uri.queryParameters.contains(where: { $0.key == "raw" }) { return true }
        let accepted = request.headers[.accept]?.lowercased() ?? ""
        return !accepted.contains("text/html")
            && (accepted.contains("text/plain") || accepted.contains("text/markdown"))
    }

    private static func text(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        AgentPage.guarded(JSONAnswer.text(Data(text.utf8), type: type, status: status))
    }
}
