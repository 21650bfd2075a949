import Foundation
import HTTPTypes
import Hummingbird

/// The dress of the agent's own pages. They hold no scripts and load nothing from elsewhere.
enum AgentPage {
    static let stylePath = "/runbooks.css"

    /// - Parameter hasForm: whether the page may send a form, and only to the agent itself.
    static func html(
        _ inner: String, title: String, status: HTTPResponse.Status = .ok, hasForm: Bool = false
    ) -> Response {
        let page = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(MarkdownHTML.escaped(title)) – Tocsin</title>
            <link rel="stylesheet" href="\(stylePath)">
            </head>
            <body>
            <main>
            \(inner)</main>
            </body>
            </html>

            """
        let response = JSONAnswer.text(Data(page.utf8), type: "text/html; charset=utf-8", status: status)
        return guarded(response, hasForm: hasForm)
    }

    /// Nothing but the page's own style is loaded or run, whatever a text in it holds.
    static func guarded(_ response: Response, hasForm: Bool = false) -> Response {
        var response = response
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action \(hasForm ? "'self'" : "'none'"); "
            + "frame-ancestors 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
        return response
    }

    static let style = """
        :root { color-scheme: light dark; }
        body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 52rem; margin: 0 auto; padding: 1rem; }
        h1, h2, h3 { line-height: 1.25; }
        code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.875em; }
        pre { padding: 0.75rem; border: 1px solid #8886; border-radius: 6px; overflow-x: auto; }
        .kind { margin: 1rem 0 -0.75rem; color: #808080; font: 0.8em ui-monospace, Menlo, Consolas, monospace; }
        .links { color: #808080; font-size: 0.875em; }
        table { border-collapse: collapse; }
        form { margin: 1rem 0; padding: 0.75rem; border: 1px solid #8886; border-radius: 6px; }
        form h2 { margin: 0 0 0.5rem; font-size: 1.1em; }
        label { display: block; margin: 0.5rem 0; }
        input, select, button { font: inherit; padding: 0.4rem; max-width: 100%; box-sizing: border-box; }
        td, th { border: 1px solid #8886; padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; }

        """
}
