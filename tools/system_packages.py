"""Find what the tests need from the system, or install it with apt where we are root.

Chromium draws the pages for the browser tests; hledger is an independent check on the books. What
cannot be had is named with the command that installs it, and the set-up stops.
"""

import os
import shutil
import subprocess
import sys

NEEDED = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "hledger": ("hledger",)}


def missing() -> list[str]:
    """Packages of which none of the programs is on the path."""
    return [
        package
        for package, programs in NEEDED.items()
        if not any(shutil.which(program) for program in programs)
    ]


def main() -> None:
    """Install what is missing, or say how."""
    packages = missing()
    if not packages:
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        names = " ".join(packages)
        sys.exit(f"The tests need {names}. On Debian or Ubuntu: sudo apt-get install {names}")
    print(f"Installing for the tests: {', '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(
        ["apt-get", "install", "-yqq", "--no-install-recommends", *packages],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    if still := missing():
        sys.exit(f"Could not install {', '.join(still)}: install by hand and run make test again.")


if __name__ == "__main__":
    main()
