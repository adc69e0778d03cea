"""What the shell needs: a network by its code, and the changes in a file as they would come to hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.context import Actor, Work
from casework.network.load import SectionAdopted
from casework.network.policy_versions import adopted_versions
from casework.network.tables import Network
from casework.policy.past import Past
from casework.policy.preview import Effects, effects_of
from casework.policy.proposals import PolicyChange, change_of, partners_of
from errors import Invalid, NotFound
from rules.policy import PolicyBook
from rules.policy_changes import parse_changes


class NetworkNotNamed(Invalid):
    """There are several networks, and nothing says which is meant."""

    nl = "Er zijn meer netwerken: {codes}. Noem er een met --network."
    en = "There are several networks: {codes}. Name one with --network."


def work_of(session: Session, code: str | None, now_utc: datetime) -> Work:
    """A piece of work in the network ``code``, or in the only one, for whoever runs the installation.

    Raises ``NotFound`` or :class:`NetworkNotNamed`.
    """
    networks = session.scalars(select(Network).order_by(Network.code)).all()
    found = [one for one in networks if code is None or one.code == code]
    if not found:
        raise NotFound()
    if len(found) > 1:
        raise NetworkNotNamed(codes=", ".join(one.code for one in found))
    actor = Actor(person_id=0, name="", network_id=found[0].id, network_code=found[0].code, held=())
    return Work(session, actor, found[0], now_utc)


def preview_file(work: Work, text: str, *, file: str) -> list[tuple[PolicyChange, Effects]]:
    """Each change in ``text``, by itself, with what it would have meant.

    Raises :class:`~rules.policy_reader.PolicyWrong`, and :class:`SectionAdopted` for a version that
    says something else than the adopted one of that day.
    """
    adopted = adopted_versions(work)
    taken = {(one.section, one.valid_from) for one in adopted}
    book, past = PolicyBook(adopted), Past(work.session, work.network)
    found = []
    changes = parse_changes(
        text, network=work.network.code, file=file, partners=partners_of(work), adopted=adopted
    )
    for version in changes:
        if (version.section, version.valid_from) in taken:
            name = version.section
            raise SectionAdopted(section_nl=name.nl, section_en=name.en, on=version.valid_from.isoformat())
        change = change_of(book, version)
        found.append((change, effects_of(past, change)))
    return found
