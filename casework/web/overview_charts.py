"""The overview's charts with their words: what each shows, said in a sentence for who cannot see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from casework.reports.annual import AnnualOverview
from casework.reports.charts import Opposed, Spec, Stack, Step, Tone, opposed, stacks, waterfall
from casework.reports.claims import RESIDENTS, PartyClaims
from casework.reports.drawing import draw
from casework.web.formatting import whole_euros
from casework.web.money_form import language
from ledger.cash_flows import Flow
from rules.clock import AgeBucket
from rules.wording import round_half_up

_ROWS_AT_MOST = 10
# What stands under a column: short, on two lines at most (the line is broken at "|").
_SHORT: dict[Flow, object] = {
    Flow.CONTRIBUTIONS: _l("bijdragen"),
    Flow.REPAYMENTS_PARTNERS: _l("partners|terug"),
    Flow.REPAYMENTS_RESIDENTS: _l("inwoners|terug"),
    Flow.REPAYMENTS_OUTSIDE: _l("anderen|terug"),
    Flow.WRITTEN_OFF_RECEIVED: _l("alsnog|ontvangen"),
    Flow.REFUNDS: _l("teruggestort"),
    Flow.OTHER_INCOME: _l("andere|inkomsten"),
    Flow.NOT_RECOGNISED: _l("nog niet|herkend"),
    Flow.PAYOUTS: _l("uitbetaald"),
    Flow.CARDS: _l("kaarten|gekocht"),
    Flow.ADVANCES_REFUNDED: _l("voorschot|terug"),
    Flow.CONTRIBUTIONS_PAID_BACK: _l("bijdrage|teruggegeven"),
    Flow.BANK_COSTS: _l("bankkosten"),
    Flow.OTHER_COSTS: _l("andere|kosten"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """One chart in two shapes; the page shows the one that fits."""

    wide: Markup
    narrow: Markup


def fund_chart(overview: AnnualOverview) -> Drawn:
    """From opening to closing cash."""
    fund = overview.fund
    steps = [_balance(_("1 januari"), fund.opening_cents)]
    reached = fund.opening_cents
    flows = [(flow, cents) for flow, cents in fund.flows_in.items()]
    flows += [(flow, -cents) for flow, cents in fund.flows_out.items()]
    for flow, cents in flows:
        if cents:
            tone = Tone.CAME_IN if cents > 0 else Tone.WENT_OUT
            name = tuple(str(_SHORT[flow]).split("|"))
            steps.append(Step(name, _whole(cents), reached, reached + cents, tone))
            reached += cents
    steps.append(_balance(_("nu") if overview.is_running else _("31 december"), fund.closing_cents))
    return _drawn(
        "fund",
        _("Van beginstand naar eindstand"),
        _(
            "De pot begon met %(opening)s, er kwam %(came_in)s bij, er ging %(went_out)s af en er bleef "
            "%(closing)s. De bedragen staan ook in de tabel hieronder.",
            opening=_whole(fund.opening_cents),
            came_in=_whole(fund.in_cents),
            went_out=_whole(fund.out_cents),
            closing=_whole(fund.closing_cents),
        ),
        steps,
        lambda narrow: waterfall(steps, narrow=narrow),
    )


def parties_chart(overview: AnnualOverview) -> Drawn | None:
    """Who invests and who collects; ``None`` when there is nothing to show."""
    rows = []
    for one in overview.savings.parties[:_ROWS_AT_MOST]:
        invests = int(round_half_up(one.result.invests.mid, 0))
        collects = int(round_half_up(one.result.collects.mid, 0))
        name = one.party.label(language())
        rows.append(Opposed(name, invests, collects, _whole(invests), _whole(collects)))
    if not rows:
        return None
    return _drawn(
        "parties",
        _("Wie investeert en wie incasseert"),
        _(
            "Per partij links wat zij investeert en rechts wat zij bespaart. "
            "De tabel hieronder heeft alle partijen."
        ),
        rows,
        lambda narrow: opposed(rows, invests=_("investeert"), collects=_("incasseert"), narrow=narrow),
    )


def claims_chart(overview: AnnualOverview) -> Drawn | None:
    """What is open per party, by age; ``None`` when nothing is."""
    rows = [
        Stack(party_name(one), tuple(one.by_age[age] for age in AgeBucket), _whole(one.open_cents))
        for one in overview.claims.parties[:_ROWS_AT_MOST]
    ]
    if not rows:
        return None
    return _drawn(
        "claims",
        _("Open vorderingen naar ouderdom"),
        _(
            "Per partij wat open staat, naar dagen na de vervaldag. "
            "De bedragen staan ook in de tabel hieronder."
        ),
        rows,
        lambda narrow: stacks(rows, [age.label(language()) for age in AgeBucket], narrow=narrow),
    )


def party_name(one: PartyClaims) -> str:
    """The debtor's name; residents together are one."""
    return str(_("Inwoners")) if one.party == RESIDENTS else one.name


def _drawn(
    name: str, title: str, description: str, figures: Sequence[object], spec: Callable[[bool], Spec]
) -> Drawn:
    """Both shapes. The description is in the reader's language, and so are the words in the drawing."""

    def drawn(shape: str, narrow: bool) -> Markup:
        svg = draw(
            lambda: spec(narrow),
            content=figures,
            name=f"{name}-{shape}",
            title=title,
            description=description,
        )
        return Markup(svg)  # noqa: S704  # our own drawing: its texts were escaped when it was written

    return Drawn(wide=drawn("wide", False), narrow=drawn("narrow", True))


def _balance(name: str, cents: int) -> Step:
    return Step((name,), _whole(cents), 0, cents, Tone.BALANCE)


def _whole(cents: int) -> str:
    return whole_euros(cents, language())
