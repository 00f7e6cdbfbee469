"""The servers that are compared. Each is a class of the same shape, `Peer`, in a file of its own."""

import json
import os
import shutil
import sqlite3

from .. import rows
from ..process import Failed


class Peer:
    """How one server is got, filled, started and asked. The paths are what the loads ask for."""

    key = ""  # the word for --peers
    title = ""  # its name in the report
    database = "data.db"  # the SQLite file in its data folder, or None
    row_prefix, row_suffix = "/api/items/", "/"
    insert_path = "/api/items/"
    lists = {}  # the name of each list load, and its path

    def __init__(self, cache):
        self.cache = cache
        self.version = ""

    def get_ready(self):
        """Installs or builds it; sets `version`."""
        raise NotImplementedError

    def make_template(self, folder, port):
        """Makes a data folder with the table and its rows."""
        raise NotImplementedError

    def start(self, folder, port, log):
        """Starts it on a data folder; gives the `Server`."""
        raise NotImplementedError

    def binary(self):
        """The one file that it is, or None."""
        return None

    def keys(self):
        return rows.integer_keys()

    def rows_of_list(self, answer):
        return answer

    def template(self, port):
        """The data folder that each run starts from a copy of."""
        folder = os.path.join(self.cache, "template", self.key)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.make_template(folder, port)
        return folder

    def open(self, folder):
        return sqlite3.connect(os.path.join(folder, self.database), timeout=30)

    def row_path(self, number=1):
        return f"{self.row_prefix}{self.keys()[number - 1]}{self.row_suffix}"

    def check(self, server):
        """Asks once for each thing that is going to be measured, and looks at what comes back."""
        number = rows.COUNT // 2
        status, body = server.get(self.row_path(number))
        if status != 200 or not rows.is_row(json.loads(body), number):
            raise Failed(f"{self.title}: the row is wrong: {status} {body[:300]!r}")
        for path in self.lists.values():
            status, body = server.get(path)
            found = self.rows_of_list(json.loads(body)) if status == 200 else []
            if len(found) != 100 or not rows.is_row(found[0], 1) or not rows.is_row(found[99], 100):
                raise Failed(f"{self.title}: the list {path} is wrong: {status} {body[:300]!r}")
        if self.insert_path:
            row = {"name": "checked", "description": "before the load"}
            status, body = server.get(self.insert_path, "POST", json.dumps(row))
            answer = json.loads(body) if status in (200, 201) else {}
            if any(answer.get(key) != value for key, value in row.items()) or not answer.get("created_at"):
                raise Failed(f"{self.title}: the insert is wrong: {status} {body[:300]!r}")
