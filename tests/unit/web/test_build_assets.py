"""What is built from npm packages, and that nothing of it names an address."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TOOL = runpy.run_path(str(ROOT / "tools" / "build_assets.py"))
MODULES = ROOT / "node_modules"


def test_the_build_gives_styles_letters_htmx_and_licences(tmp_path: Path) -> None:
    target = tmp_path / "vendor"
    written = {path.relative_to(target).as_posix() for path in TOOL["build"](MODULES, target)}
    assert {"vendor.css", "htmx.min.js", "LICENSES.txt"} <= written
    assert len([name for name in written if name.endswith(".woff2")]) == 6
    css = (target / "vendor.css").read_text(encoding="utf-8")
    assert css.count("{") == css.count("}")
    assert set(re.findall(r'url\("?([^)"]+)', css)) == {name for name in written if name.endswith(".woff2")}
    licences = (target / "LICENSES.txt").read_text(encoding="utf-8")
    assert "EUPL" in licences
    assert "SIL Open Font License" in licences
    assert "htmx.org" in licences


def test_a_second_build_replaces_the_first(tmp_path: Path) -> None:
    target = tmp_path / "vendor"
    TOOL["build"](MODULES, target)
    (target / "old.css").write_text("", encoding="utf-8")
    TOOL["build"](MODULES, target)
    assert not (target / "old.css").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["vendor"]


def test_a_missing_package_leaves_the_old_assets_standing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "vendor"
    target.mkdir()
    (target / "vendor.css").write_text("old", encoding="utf-8")
    assert TOOL["main"](["--modules", str(tmp_path / "nothing"), "--target", str(target)]) == 1
    assert "npm ci" in capsys.readouterr().err
    assert (target / "vendor.css").read_text(encoding="utf-8") == "old"


def test_the_lock_pins_every_package_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: about for name, about in lock["packages"].items() if name}
    assert packages
    for name, about in packages.items():
        assert about["integrity"].startswith("sha512-"), name
        assert "resolved" not in about, name
        assert not about.get("hasInstallScript"), name
