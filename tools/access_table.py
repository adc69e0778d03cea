"""Writes ``docs/access.md``: who may do what, from the grants, and which route asks for which permission.

python tools/access_table.py          write it
python tools/access_table.py --check  say whether it is up to date (exit code 1 when not)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run from anywhere, without installation

from flask import Flask  # noqa: E402  (after the path)

from app import create_app  # noqa: E402
from casework.access import GRANTS, Permission, Relation  # noqa: E402
from casework.web.route import PERMISSION_ATTRIBUTE  # noqa: E402
from config.settings import load  # noqa: E402
from rules.roles import Role  # noqa: E402

TARGET = ROOT / "docs" / "access.md"
INTRODUCTION = """\
# Who may do what

Made by `tools/access_table.py` from `casework/access.py` and the routes; a test fails when it is behind.
A route asks whether someone may ever do something; the service behind it asks again about the one thing.
Another network's things do not exist for anyone, and what someone may not know of is answered with 404.
"""


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """The permission that the view behind ``endpoint`` asks for; None when it asks for none."""
    found = getattr(app.view_functions[endpoint], PERMISSION_ATTRIBUTE, None)
    return found if isinstance(found, Permission) else None


def text(app: Flask) -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_grants(), "", *_routes(app), ""])


def _grants() -> list[str]:
    lines = ["## Permissions", "", "| permission | " + " | ".join(role.value for role in Role) + " |"]
    lines.append("|---" * (len(Role) + 1) + "|")
    marks = {relation: str(number) for number, relation in enumerate(Relation) if number}
    for permission, grants in GRANTS.items():
        cells = []
        for role in Role:
            held = [grant.relation for grant in grants if grant.role is role]
            cells.append(", ".join("yes" if one is Relation.ANY else f"yes ({marks[one]})" for one in held))
        lines.append(f"| {permission.value} | " + " | ".join(cells) + " |")
    lines += ["", *(f"{mark}. only {relation.value}" for relation, mark in marks.items())]
    return lines


def _routes(app: Flask) -> list[str]:
    lines = ["## Routes", "", "| route | methods | endpoint | permission |", "|---|---|---|---|"]
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    for rule in rules:
        if rule.endpoint == "static":
            continue
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        permission = permission_of(app, rule.endpoint)
        shown = permission.value if permission else "NONE"
        lines.append(f"| `{rule.rule}` | {methods} | {rule.endpoint} | {shown} |")
    return lines


def make_app(instance: Path) -> Flask:
    """The application, with nothing of an installation."""
    return create_app(load({"OMLOOP_INSTANCE": str(instance)}))


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    with tempfile.TemporaryDirectory() as folder:
        page = text(make_app(Path(folder)))
    if "--check" in arguments:
        current = TARGET.read_text(encoding="utf-8") if TARGET.exists() else ""
        if current != page:
            print(f"{TARGET.relative_to(ROOT)} is behind: run tools/access_table.py", file=sys.stderr)
            return 1
        return 0
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
