"""Metrics in Prometheus's text form whose values the benchmark sets: both sides read the same."""
import collections
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from workbench import HOST


class Source:
    """Serves a text per path; `reads` counts the answers, by path."""

    def __init__(self, bench):
        self.port = bench.port()
        self.texts = {}
        self.reads = collections.Counter()
        source = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = source.texts.get(self.path, b"")
                if callable(body):
                    body = body()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                source.reads[self.path] += 1

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer((HOST, self.port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        bench.at_end.append(self.server.shutdown)

    def set(self, path, name, series, value):
        """Shows a metric with a series for each set of labels, all of the same value."""
        lines = [f"# TYPE {name} gauge"]
        for labels in series:
            inner = ",".join(f'{key}="{text}"' for key, text in labels.items())
            lines.append(f"{name}{{{inner}}} {value}")
        self.texts[path] = ("\n".join(lines) + "\n").encode()

    def url(self, path):
        return f"http://{HOST}:{self.port}{path}"


def numbered(count):
    """Label sets n="0", n="1", …"""
    return [{"n": str(number)} for number in range(count)]
