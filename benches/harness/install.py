"""Gets what is measured: packages into a virtualenv of the cache folder, binaries from cargo."""

import json
import os
import subprocess
import venv

from .process import Failed


def packages(cache, names, wanted):
    """The bin folder of the virtualenv, with `names` installed so that the command `wanted` is there."""
    folder = os.path.join(cache, "venv")
    commands = os.path.join(folder, "bin")
    if not os.path.exists(os.path.join(commands, "pip")):
        venv.create(folder, with_pip=True)
    if not os.path.exists(os.path.join(commands, wanted)):
        pip = [os.path.join(commands, "pip"), "install", "--quiet", "--disable-pip-version-check"]
        if subprocess.run([*pip, *names]).returncode:
            raise Failed(f"pip could not install {' '.join(names)}")
    return commands


def package_version(commands, name):
    python = os.path.join(commands, "python")
    script = f"import importlib.metadata as m; print(m.version({name!r}))"
    return subprocess.run([python, "-c", script], capture_output=True, text=True).stdout.strip()


def release_binary(folder, name, target=None):
    """Builds the package in `folder` for release. Gives the path of its binary `name`."""
    command = ["cargo", "build", "--release", "--bin", name, "--message-format=json-render-diagnostics"]
    if target:
        command += ["--target-dir", target]
    built = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    if built.returncode:
        raise Failed(f"cargo could not build {name} in {folder}")
    for line in built.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message.get("target", {}).get("name") == name:
            return message["executable"]
    raise Failed(f"cargo built no binary {name} in {folder}")
