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
        router.get("/runbooks.css") { _, _ in
            JSONAnswer.text(Data(Self.style.utf8), type: "text/css; charset=utf-8")
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
            return Self.html(inner, title: "No such runbook", status: .notFound)
        }
        if Self.wantsText(request) { return Self.text(runbook.text, type: "text/markdown; charset=utf-8") }
        let links = "<p class=\"links\"><a href=\"/runbooks\">All runbooks</a> · <a href=\"?raw\">As text</a></p>\n"
        return Self.html(links + MarkdownHTML.render(runbook.text), title: runbook.title)
    }

    private func list(_ request: Request) -> Response {
        let shelf = runbooks.shelf
        if Self.wantsText(request) {
            return Self.text(shelf.runbooks.map { "\($0.name)\t\($0.title)\n" }.joined())
        }
        return Self.html("<h1>Runbooks</h1>\n\(Self.links(to: shelf))", title: "Runbooks")
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
        guarded(JSONAnswer.text(Data(text.utf8), type: type, status: status))
    }

    private static func html(_ inner: String, title: String, status: HTTPResponse.Status = .ok) -> Response {
        let page = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(MarkdownHTML.escaped(title)) – Tocsin</title>
            <link rel="stylesheet" href="/runbooks.css">
            </head>
            <body>
            <main>
            \(inner)</main>
            </body>
            </html>

            """
        return guarded(JSONAnswer.text(Data(page.utf8), type: "text/html; charset=utf-8", status: status))
    }

    /// Nothing but the page's own style is loaded or run, whatever a runbook holds.
    private static func guarded(_ response: Response) -> Response {
        var response = response
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        return response
    }

    private static let style = """
        :root { color-scheme: light dark; }
        body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 52rem; margin: 0 auto; padding: 1rem; }
        h1, h2, h3 { line-height: 1.25; }
        code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.875em; }
        pre { padding: 0.75rem; border: 1px solid #8886; border-radius: 6px; overflow-x: auto; }
        .kind { margin: 1rem 0 -0.75rem; color: #808080; font: 0.8em ui-monospace, Menlo, Consolas, monospace; }
        .links { color: #808080; font-size: 0.875em; }
        table { border-collapse: collapse; }
        td, th { border: 1px solid #8886; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }

        """
}
