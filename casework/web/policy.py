"""The adopted policy of a network, in sentences, and what changed when."""

from __future__ import annotations

from flask import g, render_template

from casework.access import Permission, may_ever
from casework.network.policy_versions import partner_names, section_versions
from casework.policy.proposals import may_propose
from casework.policy.queries import dated_changes, waiting
from casework.web import policy_answer, policy_change
from casework.web.policy_blueprint import bp
from casework.web.policy_sections import SLUGS, differences
from casework.web.policy_words import TITLES, sentences
from casework.web.route import needs, work

# The modules whose routes hang on the same blueprint.
PAGES = (policy_answer, policy_change)
__all__ = ["PAGES", "bp"]


@bp.get("/beleid")
@needs(Permission.POLICY_VIEW)
def index() -> str:
    """What holds today per section, from when and where it comes from; what changed when, and what waits."""
    with work() as job:
        found = section_versions(job)
        names = partner_names(job)
        changes = dated_changes(job)
        open_proposals = waiting(job)
        may_change = {name for name in found if may_propose(job, name)}
    return render_template(
        "policy/index.html",
        sections=[(str(title), found[name]) for name, title in TITLES.items()],
        words=lambda version: sentences(version, names),
        changes=changes,
        differences=lambda one: list(
            differences(one.after.section, one.before.to_document(), one.after.to_document(), names)
        ),
        signed={
            (one.after.section, one.after.valid_from): one.signed
            for changed in changes.values()
            for one in changed
            if one.signed
        },
        waiting=open_proposals,
        waiting_by_section={one.section: one for one in open_proposals},
        may_change=may_change,
        may_see_proposals=may_ever(g.actor, Permission.POLICY_PROPOSALS),
        titles=TITLES,
        slugs=SLUGS,
    )
