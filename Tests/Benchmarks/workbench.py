"""What every measurement needs: a temporary folder, processes that surely end, free ports, and numbers from /proc."""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"


class Failed(Exception):
    """A measurement that could not be made; its message says why."""


def say(text):
    """Tells the person at the terminal how far it is; the table alone goes to standard output."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def binary():
    """The agent's program: $TOCSIN_BINARY, else the release build of this repository."""
    path = pathlib.Path(os.environ.get("TOCSIN_BINARY") or ROOT / ".build/release/tocsin")
    if not os.access(path, os.X_OK):
        raise Failed(f"{path} is no program: build it with `swift build -c release`, or set TOCSIN_BINARY")
    return str(path)


class Daemon:
    """A process that was started here. It can be killed and started again with the same arguments."""

    def __init__(self, bench, arguments, environment, log):
        self.bench, self.arguments, self.environment, self.log = bench, arguments, environment, log
        self.process = None
        self.start()

    @property
    def pid(self):
        return self.process.pid

    def start(self):
        with self.bench.lock, open(self.log, "ab") as log:
            # A part that runs in a thread of its own must not start anything once the others are being ended.
            if self.bench.is_ending:
                raise Failed("it is being ended")
            # A session of its own: Ctrl-C reaches only the benchmark, which then ends the others in order.
            self.process = subprocess.Popen(
                self.arguments, env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)

    def kill(self):
        """SIGKILL, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def last_words(self):
        return "\n".join(pathlib.Path(self.log).read_text(errors="replace").splitlines()[-15:])


class Workbench:
    """A temporary folder and everything that runs in it; leaving the `with` ends all of it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-compare."))
        self.folder.chmod(0o755)
        self.daemons = []
        self.at_end = []
        self.ports = set()
        self.is_ending = False
        self.lock = threading.Lock()

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_IGN)
        with self.lock:
            self.is_ending = True
        for daemon in reversed(self.daemons):
            daemon.stop()
        for action in reversed(self.at_end):
            action()
        if os.environ.get("KEEP"):
            say(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def port(self):
        """A port that is free now and was not given out before."""
        with self.lock:
            while True:
                with socket.socket() as probe:
                    probe.bind((HOST, 0))
                    port = probe.getsockname()[1]
                if port not in self.ports:
                    self.ports.add(port)
                    return port

    def path(self, name):
        """A new folder for one daemon."""
        folder = self.folder / name
        folder.mkdir()
        return folder

    def run(self, name, arguments, environment=None):
        daemon = Daemon(self, [str(one) for one in arguments], environment or {}, self.folder / f"{name}.log")
        with self.lock:
            self.daemons.append(daemon)
        return daemon

    def wait_ready(self, daemon, port, path, seconds=60):
        """Waits until a daemon answers 200 at a path."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if daemon.process.poll() is not None:
                break
            if status(port, path) == 200:
                return
            time.sleep(0.05)
        raise Failed(f"{daemon.arguments[0]} is not ready after {seconds} s:\n{daemon.last_words()}")


def request(port, path, method="GET", body=None, timeout=60):
    """One HTTP request on the loopback address: status and body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def status(port, path):
    try:
        return request(port, path, timeout=5)[0]
    except (OSError, http.client.HTTPException):
        return None


def metric(port, name):
    """The sum of one metric's series, as a daemon shows them under /metrics."""
    total = 0.0
    for line in request(port, "/metrics")[1].decode().splitlines():
        if line.startswith(name) and line[len(name)] in "{ ":
            total += float(line.rpartition(" ")[2])
    return total


def memory(pid):
    """Proportional set and its anonymous part, in MiB."""
    sizes = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        key, value = line.split(":")
        sizes[key] = int(value.split()[0]) / 1024
    return sizes["Pss"], sizes["Pss_Anon"]


def peak_memory(pid):
    """The largest resident set since the process began, in MiB."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise Failed("the kernel shows no VmHWM")


def processor_seconds(pid):
    """Processor time of a process with all its threads, user and system."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def written_bytes(pid):
    """What a process has caused to be written to the disk."""
    for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise Failed("the kernel shows no write_bytes")


def wait_until(seconds, condition, pause=0.2):
    """Whether a condition becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return bool(condition())
