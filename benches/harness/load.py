"""One load: `wrk` with one thread and 32 connections for some seconds, and whether every answer was a good one."""

import os
import subprocess

from .process import Failed

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lua")
CONNECTIONS = 32


class Load:
    """What to ask for: a script of `benches/lua/` and its arguments."""

    def __init__(self, script, *arguments):
        self.script = script
        self.arguments = arguments

    def command(self, cache, port, seconds, connections=CONNECTIONS):
        """The `wrk` command line; the script is put together in the cache folder."""
        whole = os.path.join(cache, f"{self.script}-and-report.lua")
        with open(whole, "w", encoding="utf-8") as out:
            for part in (self.script, "report"):
                with open(os.path.join(SCRIPTS, f"{part}.lua"), encoding="utf-8") as source:
                    out.write(source.read())
        flags = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", whole]
        return ["wrk", *flags, f"http://127.0.0.1:{port}", "--", *self.arguments]

    def run(self, cache, port, seconds):
        """Drives a server for `seconds`; any failed request ends the whole run."""
        done = subprocess.run(self.command(cache, port, seconds), capture_output=True, text=True)
        result = outcome(done.stdout)
        if done.returncode or result is None:
            raise Failed(f"wrk failed: {done.stdout}{done.stderr}")
        if result.errors:
            raise Failed(f"{self.script}: not every answer was good: {result.errors}")
        return result


class Outcome:
    """What `wrk` counted."""

    def __init__(self, numbers):
        self.requests = numbers["requests"]
        self.rate = numbers["requests"] / (numbers["microseconds"] / 1e6)
        self.p50_ms = numbers["p50"] / 1e3
        self.p99_ms = numbers["p99"] / 1e3
        self.errors = {
            key: numbers[key] for key in ("connect", "read", "write", "timeout", "status") if numbers[key]
        }


def outcome(output):
    for line in output.splitlines():
        if line.startswith("RESULT "):
            return Outcome({key: int(value) for key, value in (word.split("=") for word in line.split()[1:])})
    return None
