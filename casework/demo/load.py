"""Loading the demo into a database, whole or not at all, and remembering how to sign in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, delete, select

from casework.demo.cast import engage, named_players
from casework.demo.history import begins_on, plan
from casework.demo.stage import Stage
from casework.mail.tables import Mail
from casework.network.load import load_network
from casework.network.tables import Network
from config.settings import ROOT, Settings
from errors import Conflict
from rules.network_file import NetworkFile
from rules.network_file import load_network as read_network
from storage.unit_of_work import unit_of_work

NETWORK_FILE = ROOT / "config" / "networks" / "bossche_bond.toml"
DEFAULT_SEED = 1
SHOWN_IN_A_PASSWORD = 4


class NetworkIsThere(Conflict):
    """The demo would be mixed with a network that already holds people and cases."""

    nl = "Het netwerk {code} bestaat al. Laad de demo in een lege database."
    en = "The network {code} exists already. Load the demo into an empty database."


def load_demo(
    engine: Engine,
    *,
    password: str,
    seed: int = DEFAULT_SEED,
    cases: int | None = None,
    now_utc: datetime | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> str:
    """Load the network with its people and a history up to ``now_utc``; gives the network's code.

    ``cases`` is the number of cases; None makes about sixty a year. The same seed on the same day gives
    the same history. Raises :class:`NetworkIsThere`.
    """
    file = read_network(NETWORK_FILE)
    now_utc = now_utc or datetime.now(UTC)
    # The curtain falls at the whole hour, so that two loads on one day differ in nothing but the hour.
    curtain = now_utc.replace(minute=0, second=0, microsecond=0)
    with unit_of_work(engine) as session:
        if session.scalar(select(Network.id).where(Network.code == file.network.code)):
            raise NetworkIsThere(code=file.network.code)
        begins = _opening(file, curtain)
        load_network(session, file, begins)
        network = session.scalars(select(Network).where(Network.code == file.network.code)).one()
        engage(session, network, password=password, at_utc=begins)
        stage = Stage(session, network, curtain)
        plan(stage, seed=seed, cases=cases)
        stage.perform(_progress(begins, curtain, say))
        # What was told in a history that never was is not for anybody's letterbox.
        session.execute(delete(Mail).where(Mail.network_id == network.id))
    return file.network.code


def ensure_demo(engine: Engine, settings: Settings, *, say: Callable[[str], None]) -> None:
    """Load the demo where there is no network yet, and keep its password in the instance folder."""
    with unit_of_work(engine, write=False) as session:
        if session.scalar(select(Network.id).limit(1)):
            return
    password = keep_password(settings)
    say("Loading the demo: four real cases and a generated history.")
    load_demo(engine, password=password, say=say)


def sign_ins(settings: Settings) -> tuple[str, ...]:
    """One way to sign in per role, as long as this installation is a demo."""
    path = _password_file(settings)
    if not path.exists():
        return ()
    password = path.read_text(encoding="utf-8").strip()
    lines = [f"{'Password for all':<28} {password}"]
    lines += [f"{player.name:<28} {player.email}" for player in named_players() if player.shown]
    return tuple(lines)


def _opening(file: NetworkFile, curtain: datetime) -> datetime:
    """Just before the first day of the history, so that everything is in force on it."""
    first = begins_on(curtain.date())
    return datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(hours=1)


def _progress(begins: datetime, curtain: datetime, say: Callable[[str], None]) -> Callable[[datetime], None]:
    shown = begins

    def progress(moment: datetime) -> None:
        nonlocal shown
        if moment - shown > timedelta(days=92):
            shown = moment
            say(f"  {(moment - begins) / (curtain - begins):4.0%}  up to {moment:%B %Y}")

    return progress


def _password_file(settings: Settings) -> Path:
    return settings.instance / "demo_password"


def keep_password(settings: Settings) -> str:
    """A password made for this installation: easy to type, and in no repository."""
    path = _password_file(settings)
    if not path.exists():
        password = "-".join(secrets.token_hex(2) for _part in range(SHOWN_IN_A_PASSWORD))
        path.touch(mode=0o600)
        path.write_text(password + "\n", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
