"""Build ``static/vendor`` from ``node_modules``: one style sheet, the letters, htmx, and their licences.

Run after ``npm ci --ignore-scripts``; needs no network and no Node itself. What is third-party is
built in here and never committed. Everything is written beside the target first and moved into place
last, so that a build that fails half-way leaves the old assets standing.

    python tools/build_assets.py [--modules node_modules] [--target static/vendor]
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Components of the NL Design System (Utrecht, EUPL-1.2) that the macros use by class name.
BY_CLASS = (
    "alert", "badge-status", "breadcrumb-nav", "button", "checkbox", "data-list", "form-field",
    "form-field-description", "form-field-error-message", "form-fieldset", "form-label", "nav-bar",
    "page-footer", "page-header", "pagination", "radio-button", "select", "skip-link", "table",
    "textarea", "textbox",
)  # fmt: skip
# Those whose variant for bare elements is used, so that a page can simply write <h2>, <p> and <a>.
BY_ELEMENT = ("heading-1", "heading-2", "heading-3", "link", "paragraph")

FONT = "source-sans-3"
FONT_WEIGHTS = (400, 600, 700)
FONT_SUBSETS = ("latin", "latin-ext")


class PackageMissing(FileNotFoundError):
    """A package is not in ``node_modules``; the message says how to get it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Build; 0 when done, 1 with a sentence on stderr when a package is missing."""
    parser = argparse.ArgumentParser(description="Build static/vendor from node_modules.")
    parser.add_argument("--modules", type=Path, default=ROOT / "node_modules")
    parser.add_argument("--target", type=Path, default=ROOT / "static" / "vendor")
    options = parser.parse_args(arguments)
    try:
        written = build(options.modules, options.target)
    except PackageMissing as problem:
        print(problem, file=sys.stderr)
        return 1
    for path in written:
        print(f"{path.stat().st_size:>8} {path.relative_to(options.target)}")
    return 0


def build(modules: Path, target: Path) -> tuple[Path, ...]:
    """Write all assets into ``target``, replacing what was there; the files written.

    Raises :class:`PackageMissing`.
    """
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "fonts").mkdir(parents=True)
    (fresh / "vendor.css").write_text(
        _styles(modules) + _font_faces(modules, fresh / "fonts"), encoding="utf-8"
    )
    shutil.copyfile(_file(modules, "htmx.org", "dist/htmx.min.js"), fresh / "htmx.min.js")
    (fresh / "LICENSES.txt").write_text(_licences(modules), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return tuple(sorted(path for path in target.rglob("*") if path.is_file()))


def _styles(modules: Path) -> str:
    """All components in one cascade layer: our own unlayered rules win whatever their specificity."""
    sheets = [_file(modules, f"@utrecht/{name}-css", "dist/index.css") for name in BY_CLASS]
    sheets += [_file(modules, f"@utrecht/{name}-css", "dist/html/index.css") for name in BY_ELEMENT]
    body = "\n".join(_compact(sheet.read_text(encoding="utf-8")) for sheet in sheets)
    head = "/* NL Design System, Utrecht components, EUPL-1.2; see LICENSES.txt */"
    return f"{head}\n@layer vendor{{\n{body}\n}}\n"


def _compact(css: str) -> str:
    """Without comments and indentation. Strings in these sheets hold no comment marks."""
    without_comments = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s+", " ", without_comments).strip()


def _font_faces(modules: Path, target: Path) -> str:
    """Copy the letters and declare them, with the ranges that say which file a page needs."""
    ranges = json.loads(_file(modules, f"@fontsource/{FONT}", "unicode.json").read_text(encoding="utf-8"))
    faces = []
    for weight in FONT_WEIGHTS:
        for subset in FONT_SUBSETS:
            name = f"{FONT}-{subset}-{weight}-normal.woff2"
            shutil.copyfile(_file(modules, f"@fontsource/{FONT}", f"files/{name}"), target / name)
            faces.append(
                f'@font-face{{font-family:"Source Sans 3";font-style:normal;font-weight:{weight};'
                f'font-display:swap;src:url("fonts/{name}") format("woff2");unicode-range:{ranges[subset]}}}'
            )
    return "\n".join(faces) + "\n"


def _licences(modules: Path) -> str:
    """The licence texts that must travel with what is built in, each once with the packages under it."""
    packages = [f"@utrecht/{name}-css" for name in (*BY_CLASS, *BY_ELEMENT)] + [
        f"@fontsource/{FONT}",
        "htmx.org",
    ]
    under: dict[str, list[str]] = {}
    for package in packages:
        about = json.loads(_file(modules, package, "package.json").read_text(encoding="utf-8"))
        found = next((modules / package / name for name in ("LICENSE", "LICENSE.md")
                      if (modules / package / name).is_file()), None)  # fmt: skip
        text = found.read_text(encoding="utf-8").strip() if found else str(about["license"])
        under.setdefault(text, []).append(f"{package} {about['version']} ({about['license']})")
    return "\n\n".join("\n".join(names) + "\n\n" + text for text, names in under.items()) + "\n"


def _file(modules: Path, package: str, path: str) -> Path:
    found = modules / package / path
    if not found.is_file():
        raise PackageMissing(f"{package} is not in {modules}: run 'npm ci --ignore-scripts' first ({path}).")
    return found


if __name__ == "__main__":
    sys.exit(main())
