"""Django REST framework behind gunicorn, from PyPI; the service itself is `benches/drf/`.

Three workers of four threads: gunicorn's threads keep connections open between requests, which its default worker
does not, and that is worth more to it than anything else here.
"""

import glob
import os

from . import Peer
from .socle import REPOSITORY
from .. import install, rows
from ..process import Server


class DjangoRest(Peer):
    key = "drf"
    title = "Django REST framework"
    lists = {"list": "/api/items/?limit=100"}

    def get_ready(self):
        commands = install.packages(self.cache, ["django", "djangorestframework", "gunicorn"], "gunicorn")
        self.path = os.path.join(commands, "gunicorn")
        self.version = install.package_version(commands, "djangorestframework")

    def rows_of_list(self, answer):
        return answer["results"]

    def start(self, folder, port, log):
        service = os.path.join(REPOSITORY, "benches", "drf")
        flags = ["--workers=3", "--threads=4", "--no-control-socket", f"--bind=127.0.0.1:{port}", f"--chdir={service}"]
        command = [self.path, *flags, "service:application"]
        environment = {"DATABASE": os.path.join(folder, self.database), "PYTHONDONTWRITEBYTECODE": "1"}
        return Server(command, environment, port, log, folder)

    def make_template(self, folder, port):
        """The table is made by Socle's own migration, so that both have the same one."""
        connection = self.open(folder)
        for path in sorted(glob.glob(os.path.join(REPOSITORY, "migrations", "sqlite", "V1__*.sql"))):
            with open(path, encoding="utf-8") as file:
                connection.executescript(file.read())
        rows.fill(connection, self.keys())
        connection.close()
