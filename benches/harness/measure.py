"""One peer, one round: a fresh copy of its data, a fresh process, the loads one after another, and its weight."""

import os
import shutil
import statistics
import time

from . import rows
from .load import CONNECTIONS, Load
from .process import Failed

STARTS = 10


class Bench:
    """Where things are kept and how long each load lasts."""

    def __init__(self, cache, seconds, only):
        self.cache = cache
        self.seconds = seconds
        self.only = only

    def log(self, peer):
        return os.path.join(self.cache, "logs", f"{peer.key}.log")

    def fresh(self, peer, template):
        folder = os.path.join(self.cache, "run", peer.key)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)
        return folder

    def loads(self, peer):
        """Each load that this peer takes: its name, what it asks, how many seconds."""
        found = []
        if "by-id" in self.only:
            keys = os.path.join(self.cache, f"{peer.key}.keys")
            with open(keys, "w", encoding="ascii") as file:
                file.write("\n".join(peer.keys()) + "\n")
            found.append(("by-id", Load("row", peer.row_prefix, keys, peer.row_suffix)))
        if "list" in self.only:
            found.extend((name, Load("list", path)) for name, path in peer.lists.items())
        if "insert" in self.only and peer.insert_path:
            found.append(("insert", Load("insert", peer.insert_path, "measured")))
        return found

    def round(self, peer, template, port):
        """The outcome of each load by its name, and the resident memory before and after them, in MiB."""
        folder = self.fresh(peer, template)
        outcomes, inserted = {}, 0
        with peer.start(folder, port, self.log(peer)) as server:
            server.wait_for(peer.row_path())
            time.sleep(1)
            idle = server.resident_mib()
            peer.check(server)
            for name, load in self.loads(peer):
                warm = load.run(self.cache, port, 1)
                outcomes[name] = load.run(self.cache, port, self.seconds)
                if name == "insert":
                    inserted += warm.requests + outcomes[name].requests
            after = server.resident_mib()
        if "insert" in outcomes:
            self.count(peer, folder, inserted)
        shutil.rmtree(folder)
        return outcomes, idle, after

    def count(self, peer, folder, inserted):
        """Every answered insert must be in the file; those cut off at the end of a load may be."""
        connection = peer.open(folder)
        found = connection.execute("SELECT count(*) FROM items").fetchone()[0] - rows.COUNT - 1
        connection.close()
        if not inserted <= found <= inserted + 2 * CONNECTIONS:
            raise Failed(f"{peer.title}: {inserted} inserts were answered, {found} rows are there")

    def first_answer_ms(self, peer, template, port):
        """From the start of the process to its first row: the median of several starts, in milliseconds."""
        took = []
        folder = self.fresh(peer, template)
        for _ in range(STARTS):
            with peer.start(folder, port, self.log(peer)) as server:
                took.append(server.wait_for(peer.row_path()))
        shutil.rmtree(folder)
        return statistics.median(took)
