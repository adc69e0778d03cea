"""Where a sign-in link may lead: to a path of this site."""

from __future__ import annotations

import pytest

from casework.web.route import safe_next


@pytest.mark.parametrize(
    "target", ["/", "/beleid", "/logboek?wat=a b&pagina=2", "/casussen/BB-2026-0001#besluit"]
)
def test_a_path_of_this_site_is_kept(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "beleid",
        "//elders.example/",
        "/\\elders.example",
        "\\\\elders.example",
        "https://elders.example/",
        "javascript:alert(1)",
        "/beleid\nLocation: https://elders.example",
        "/\t/elders.example",
        "/\r/elders.example",
        "/\u2028/elders.example",
        "\t//elders.example",
    ],
)
def test_anything_else_leads_nowhere(target: str | None) -> None:
    assert safe_next(target) is None
