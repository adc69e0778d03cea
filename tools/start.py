"""Start Omloop here: migrate, load the demo into an empty database, print who can sign in, serve."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.chdir(ROOT)

from app import create_app  # noqa: E402  (the path must be set first)
from casework.demo.load import ensure_demo, sign_ins  # noqa: E402
from config.settings import load  # noqa: E402
from storage.migrate import upgrade  # noqa: E402


def main() -> None:
    """Prepare, then become the web server."""
    parser = argparse.ArgumentParser(description="Start Omloop with its demo.")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", default="8000")
    parser.add_argument("--workers", default="2")
    options = parser.parse_args()
    settings = load()
    app = create_app(settings)
    engine = app.extensions["omloop_engine"]
    upgrade(engine)
    ensure_demo(engine, settings, say=lambda text: print(text, flush=True))
    engine.dispose()
    print(f"\nOmloop: http://{options.address}:{options.port}\n")
    for line in sign_ins(settings):
        print(f"  {line}")
    print("\nStop with Ctrl+C. The data stays in", settings.instance, flush=True)
    os.execv(
        sys.executable,
        [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--factory",
            "--host", options.address, "--port", options.port, "--workers", options.workers,
            "--no-ws", "--log-level", "warning", "app:create_app",
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
