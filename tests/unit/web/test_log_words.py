"""Every action that is recorded anywhere has a sentence in the log."""

from __future__ import annotations

import ast
from pathlib import Path

from casework.fund.refusals import BookingKind
from casework.web.log_words import ACTIONS

# Actions that are put together: "case." with the outcome of a decision, "fund." with what is booked.
COMPOSED = {
    "case.": {f"case.{outcome}" for outcome in ("approve", "decline", "wait")},
    "fund.": {f"fund.{kind.value}" for kind in BookingKind},
}
ROOT = Path(__file__).resolve().parents[3]


def recorded_actions() -> set[str]:
    """The actions in every call of ``record(…)`` and ``LogRecord(action=…)`` in casework.

    A conditional expression counts with all its outcomes.
    """
    found: set[str] = set()
    for path in (ROOT / "casework").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name == "record" and len(node.args) > 1:
                found |= _texts(node.args[1])
            if name == "LogRecord":
                for keyword in node.keywords:
                    if keyword.arg == "action":
                        found |= _texts(keyword.value)
    return found


def _texts(node: ast.expr) -> set[str]:
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return _texts(node.body) | _texts(node.orelse)
    if isinstance(node, ast.JoinedStr):
        prefix = node.values[0]
        assert isinstance(prefix, ast.Constant)
        return COMPOSED[str(prefix.value)]
    return set()


def test_every_recorded_action_has_a_sentence() -> None:
    found = recorded_actions()
    assert len(found) > 30
    assert found - set(ACTIONS) == set()


def test_every_sentence_has_at_most_one_place_for_the_object() -> None:
    for sentence in ACTIONS.values():
        assert str(sentence).count("%(object)s") <= 1
        assert str(sentence).count("%") == str(sentence).count("%(object)s")
