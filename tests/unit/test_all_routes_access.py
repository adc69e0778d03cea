"""Every route asks for a permission, and the page that lists them all is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from casework.access import GRANTS, Permission
from casework.web.navigation import PAGES
from config.settings import ROOT
from rules.roles import Role
from tools import access_table

# Who is not signed in may sign in, sign out and choose a language; nothing else.
PUBLIC = {"session.sign_in", "session.sign_out", "session.language"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return access_table.make_app(tmp_path_factory.mktemp("instance"))


def endpoints(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}


def test_every_route_asks_for_a_permission(app: Flask) -> None:
    without = {one for one in endpoints(app) if access_table.permission_of(app, one) is None}
    assert without == set()


def test_only_signing_in_is_for_everyone(app: Flask) -> None:
    public = {one for one in endpoints(app) if access_table.permission_of(app, one) is Permission.PUBLIC}
    assert public == PUBLIC


def test_every_permission_is_granted_to_someone_and_no_grant_stands_twice() -> None:
    assert set(GRANTS) == set(Permission) - {Permission.PUBLIC}
    for grants in GRANTS.values():
        assert grants
        assert len(set(grants)) == len(grants)


def test_those_who_look_after_people_see_no_cases_and_those_who_check_change_nothing() -> None:
    """domain.md, Roles: the administrator has no case content; the auditor reads ledger and log only."""

    def of(role: Role) -> set[Permission]:
        return {permission for permission, grants in GRANTS.items() if role in {one.role for one in grants}}

    assert of(Role.ADMINISTRATOR) == {
        Permission.SIGNED_IN,
        Permission.POLICY_VIEW,
        Permission.PEOPLE_MANAGE,
        Permission.MAIL_MANAGE,
        Permission.PARTNERS_MANAGE,
    }
    assert not {one for one in of(Role.AUDITOR) if one.value.startswith(("case.", "business_case."))}
    assert not of(Role.TREASURER) & {Permission.CASE_ASSESS, Permission.CASE_DECIDE, Permission.CASE_VIEW}


def test_the_menu_leads_only_where_its_permission_says(app: Flask) -> None:
    for endpoint, _label, permission in PAGES:
        assert access_table.permission_of(app, endpoint) is permission


def test_changes_are_made_by_post_only(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_the_list_in_the_documentation_is_up_to_date(app: Flask) -> None:
    page = Path(access_table.TARGET).read_text(encoding="utf-8")
    assert page == access_table.text(app), "run tools/access_table.py"


def test_every_link_of_the_templates_leads_to_a_route(app: Flask) -> None:
    """A link is built only where its part of the page is shown: a wrong one stays hidden until then."""
    named = re.compile(r"""url_for\(\s*["']([a-z_.]+)["']""")
    known = endpoints(app) | {"static"}
    unknown = {
        (path.name, one)
        for path in (ROOT / "templates").rglob("*.html")
        for one in named.findall(path.read_text(encoding="utf-8"))
        if one not in known
    }
    assert unknown == set()
