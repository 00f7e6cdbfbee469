"""Django REST framework behind gunicorn with three workers, from PyPI; the service itself is `benches/drf/`."""

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
        command = [self.path, "--workers=3", "--no-control-socket", f"--bind=127.0.0.1:{port}", f"--chdir={service}", "service:application"]
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
