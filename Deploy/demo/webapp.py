"""A stand-in for a web application: shows its pool and its memory as JSON, and takes its connections from PgBouncer.

POST /busy?connections=N&seconds=S holds N connections for S seconds each: that is how the pool runs dry.
POST /calm lets them all go.
"""
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

dsn = os.environ["APP_DATABASE"]
limit = int(os.environ.get("APP_POOL", "8"))
busy = []
lock = threading.Lock()


def active():
    with lock:
        busy[:] = [process for process in busy if process.poll() is None]
        return len(busy)


def resident_bytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Application(BaseHTTPRequestHandler):
    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = urlparse(self.path).path
        if path == "/pool":
            count = active()
            used = min(count, limit)
            self.answer({"totalCount": limit, "idleCount": limit - used, "waitingCount": max(0, count - limit), "max": limit})
        elif path == "/memory":
            used = resident_bytes()
            self.answer({"rss": used, "heapTotal": 64 << 20, "heapUsed": 24 << 20, "external": 1 << 20, "heapLimit": 512 << 20})
        else:
            self.send_error(404)

    def do_POST(self):
        url = urlparse(self.path)
        query = parse_qs(url.query)
        if url.path == "/busy":
            seconds = float(query.get("seconds", ["600"])[0])
            for _ in range(int(query.get("connections", ["1"])[0])):
                process = subprocess.Popen(
                    ["psql", "-X", "-q", "-d", dsn, "-c", f"SELECT pg_sleep({seconds})"],
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                with lock:
                    busy.append(process)
            self.answer({"busy": active()})
        elif url.path == "/calm":
            with lock:
                for process in busy:
                    process.terminate()
                for process in busy:
                    process.wait()
                busy.clear()
            self.answer({"busy": 0})
        else:
            self.send_error(404)

    def log_message(self, *arguments):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Application)
try:
    server.serve_forever()
finally:
    for process in busy:
        process.terminate()
