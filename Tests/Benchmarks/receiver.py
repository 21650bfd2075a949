"""A webhook receiver, in a process of its own so that it does not wait for the benchmark's Python.

Run as a program it is the server: it opens gates (a port each, with a mode), and takes commands as JSON lines on
standard input. `Receiver` is the benchmark's side of it.
"""
import asyncio
import collections
import json
import os
import resource
import subprocess
import sys
import threading
import time

HOST = "127.0.0.1"
ANSWERS = {
    "ok": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "busy": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nbusy",
}
# A slow gate works on so many requests at once, each for so many seconds: a thousand a second.
WORKERS = 20
WORK = 0.02


class Gate:
    """One port.

    Its mode is `ok`, `slow` (a thousand a second), `busy` (429, Retry-After: 5), `hang` (reads and never answers) or
    `down` (closed).
    """

    def __init__(self, port):
        self.port = port
        self.mode = "ok"
        self.server = None
        self.heard = []  # (time, status or None, body), a request that is completely read each
        self.connections = set()
        self.queue = collections.deque()
        self.at_work = 0

    def hear(self, transport, body):
        if self.mode == "slow":
            self.queue.append((transport, body))
            self.work()
            return
        self.heard.append((time.time(), {"ok": 200, "busy": 429}.get(self.mode), body))
        if self.mode in ANSWERS:
            transport.write(ANSWERS[self.mode])

    def work(self):
        """Takes up what waits. As with any server behind a proxy, a request whose client left before is not done."""
        while self.queue and self.at_work < WORKERS:
            transport, body = self.queue.popleft()
            if transport in self.connections:
                self.at_work += 1
                self.heard.append((time.time(), 200, body))
                asyncio.get_running_loop().call_later(WORK, self.worked, transport)

    def worked(self, transport):
        self.at_work -= 1
        if transport in self.connections:
            transport.write(ANSWERS["ok"])
        self.work()

    async def set_mode(self, mode):
        self.mode = mode
        if mode == "down" and self.server:
            self.server.close()
            self.server = None
            for connection in list(self.connections):
                connection.abort()
        elif mode != "down" and not self.server:
            loop = asyncio.get_running_loop()
            self.server = await loop.create_server(lambda: Connection(self), HOST, self.port, backlog=4096)


class Connection(asyncio.Protocol):
    """HTTP/1.1 with Content-Length, kept open; nothing else is needed here."""

    def __init__(self, gate):
        self.gate = gate
        self.buffer = bytearray()
        self.continued = False

    def connection_made(self, transport):
        self.transport = transport
        self.gate.connections.add(transport)

    def connection_lost(self, _):
        self.gate.connections.discard(self.transport)

    def data_received(self, data):
        self.buffer += data
        while self.take_request():
            pass

    def take_request(self):
        """Takes one whole request from the buffer; false where there is none yet."""
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self.buffer[:end]).lower()
        place = head.find(b"\r\ncontent-length:")
        length = int(head[place + 17:].split(b"\r\n", 1)[0]) if place >= 0 else 0
        whole = end + 4 + length
        if len(self.buffer) < whole:
            if b"\r\nexpect:" in head and not self.continued:
                self.continued = True
                self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return False
        self.continued = False
        body = bytes(self.buffer[end + 4:whole])
        del self.buffer[:whole]
        self.gate.hear(self.transport, body)
        return True


async def serve():
    """Obeys the commands on standard input until it ends; one line of JSON answers each."""
    # A slow gate may have a connection for each alert.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    gates = {}
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = json.loads(line)
        gate = gates.setdefault(command["port"], Gate(command["port"]))
        answer = {}
        if command["do"] == "mode":
            await gate.set_mode(command["mode"])
        elif command["do"] == "count":
            answer["count"] = sum(1 for one in gate.heard if one[1] == 200)
        elif command["do"] == "take":
            with open(command["file"], "w", encoding="utf-8") as file:
                for moment, status, body in gate.heard:
                    json.dump([moment, status, body.decode("utf-8", "replace")], file)
                    file.write("\n")
        print(json.dumps(answer), flush=True)


class Receiver:
    """The receiver as the benchmark sees it."""

    def __init__(self, bench):
        self.bench = bench
        self.lock = threading.Lock()
        with open(bench.folder / "receiver.log", "wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, os.path.abspath(__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                text=True, start_new_session=True)
        bench.at_end.append(self.stop)

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def ask(self, **command):
        with self.lock:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def gate(self, mode="ok"):
        """Opens a gate; the number is its port."""
        port = self.bench.port()
        self.set_mode(port, mode)
        return port

    def set_mode(self, gate, mode):
        """Changes how a gate behaves, and gives the time at which it did."""
        self.ask(do="mode", port=gate, mode=mode)
        return time.time()

    def count(self, gate):
        """How many requests a gate has answered with 200, or is about to."""
        return self.ask(do="count", port=gate)["count"]

    def messages(self, gate):
        """All requests that a gate has read: (time, status or None, message)."""
        file = self.bench.folder / f"heard-{gate}"
        self.ask(do="take", port=gate, file=str(file))
        with open(file, encoding="utf-8") as lines:
            heard = [json.loads(line) for line in lines]
        return [(moment, status, json.loads(body)) for moment, status, body in heard]

    def alerts(self, gate):
        """The alerts in all delivered messages: (time, status, labels)."""
        for moment, status, message in self.messages(gate):
            if status == 200:
                for alert in message["alerts"]:
                    yield moment, alert["status"], alert["labels"]


if __name__ == "__main__":
    asyncio.run(serve())
