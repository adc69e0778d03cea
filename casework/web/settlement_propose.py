"""The form that proposes who repays, with what it would come to."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from casework.access import Permission
from casework.learning.queries import how_many_like
from casework.settlement import service
from casework.settlement.proposal import (
    HUNDRED,
    MAX_INSTALMENTS,
    PartyShare,
    Proposal,
    check,
    instalments,
    months_later,
    shares_by_percentage,
)
from casework.settlement.queries import ProposeForm, propose_form
from casework.settlement.tables import Settlement
from casework.web.errors import errors_by_field
from casework.web.fields import (
    ChoiceField,
    DateField,
    DecimalField,
    FormInvalid,
    FormSchema,
    LineField,
    TextField,
    WholeField,
    parse,
    parse_rows,
)
from casework.web.route import needs, work
from casework.web.settlement_base import bp
from errors import Invalid
from rules.lifecycle import SettlementKind, SettlementState

MAX_SHARES = 40


class KindForm(FormSchema):
    """What holds for every kind."""

    kind = ChoiceField(frozenset(kind.value for kind in SettlementKind), needed=True)
    motivation = TextField(maximum=2_000)


class PartnerForm(FormSchema):
    """One partner repays all."""

    partner = LineField(maximum=40)


class ResidentForm(FormSchema):
    """The resident repays in instalments."""

    instalment_count = WholeField(low=1, high=MAX_INSTALMENTS, needed=True)
    first_instalment_on = DateField(needed=True)


class OutsideForm(FormSchema):
    """A party outside the network repays."""

    outside_party = LineField(maximum=120)


class ShareRow(FormSchema):
    """A partner and its part."""

    partner = LineField(maximum=40, needed=True)
    percentage = DecimalField(low=Decimal("0.000001"), high=HUNDRED, needed=True)


@bp.route("/casussen/<number>/verrekenen", methods=["GET", "POST"])
@needs(Permission.SETTLEMENT_PROPOSE)
def propose(number: str) -> str | Response | tuple[str, int]:
    """Propose who repays. The rules' own proposal is filled in; deviating from it is explained."""
    with work(write=False) as job:
        form = propose_form(job, number)
        today, told = job.today, how_many_like(job, form.barrier_field)
    if request.method == "GET":
        return _page(form, _first_values(form, today), today=today, told=told)
    action = request.form.get("action", "propose")
    if action.startswith(("add:", "remove:")):
        return _page(form, _with_lines(request.form, action), today=today, told=told)
    try:
        proposal = read_proposal(request.form)
        if action == "preview":
            members = [code for code, _name in form.partners]
            check(proposal, amount_cents=form.amount_cents, members=members, today=today)
            return _page(form, request.form, today=today, told=told, preview=_preview(form, proposal))
        if _decides_at_once(form, proposal) and not request.form.get("confirmed"):
            return _ask(form, proposal)
        with work() as job:
            made = service.propose(
                job, number=number, proposal=proposal, key=request.form.get("idempotency_key", "")[:80]
            )
    except Invalid as problem:
        return _page(form, request.form, today=today, told=told, errors=errors_by_field(problem)), 422
    flash(_said(made), "success")
    return redirect(url_for("settlement.show", number=number))


def read_proposal(typed: MultiDict[str, str]) -> Proposal:
    """The proposal that was typed; only what belongs to the chosen kind is read."""
    common = parse(KindForm(), typed)
    kind = SettlementKind(common["kind"])
    base = {"kind": kind, "motivation": common["motivation"]}
    match kind:
        case SettlementKind.RESPONSIBLE:
            partner = parse(PartnerForm(), typed)["partner"]
            return Proposal(**base, parties=(PartyShare(partner, HUNDRED),) if partner else ())
        case SettlementKind.SHARED:
            rows, problems = parse_rows(ShareRow(), typed, "shares")
            if problems:
                raise FormInvalid(problems)
            return Proposal(**base, parties=tuple(PartyShare(**row) for row in rows))
        case SettlementKind.RESIDENT:
            return Proposal(**base, **parse(ResidentForm(), typed))
        case SettlementKind.OUTSIDE:
            return Proposal(**base, **parse(OutsideForm(), typed))
        case _:
            return Proposal(**base)


def _decides_at_once(form: ProposeForm, proposal: Proposal) -> bool:
    """Whether one member may decide this amount: then proposing is deciding, and that is asked first."""
    return form.required_members == 1 and not proposal.kind.is_put_to_parties


def _ask(form: ProposeForm, proposal: Proposal) -> str:
    kept = {
        name: request.form.getlist(name) for name in request.form if name not in ("csrf_token", "confirmed")
    }
    return render_template(
        "settlement/confirm.html",
        question=_("Wilt u deze verrekening nu vaststellen?"),
        explanation=_(
            "Bij dit bedrag mag één lid besluiten. U kiest: %(kind)s. "
            "Na uw bevestiging staat de verrekening vast.",
            kind=proposal.kind.label(str(get_locale() or "nl")),
        ),
        yes=_("Ja, stel vast"),
        action=request.path,
        back=url_for("settlement.propose", number=form.case_number),
        fields={name: values for name, values in kept.items() if name != "idempotency_key"},
        idempotency_key=request.form.get("idempotency_key"),
    )


def _said(made: Settlement) -> str:
    if made.state == SettlementState.PUT.value:
        said = _("Het voorstel is voorgelegd aan de partners. Zij kunnen nu antwoorden.")
    elif made.state == SettlementState.PROPOSED.value:
        said = _("Uw voorstel staat klaar. Andere leden kunnen er nu mee instemmen.")
    else:
        said = _("De verrekening is vastgesteld.")
    return str(said)


def _first_values(form: ProposeForm, today: date) -> MultiDict[str, str]:
    """What the form is filled with: the proposal of the rules, or the one it replaces."""
    values: MultiDict[str, str] = MultiDict(
        {
            "kind": "",
            "instalment_count": "12",
            "first_instalment_on": _first_of_next_month(today).isoformat(),
        }
    )
    suggested = form.suggestion.proposal
    if suggested is None:
        return values
    values["kind"] = suggested.kind.value
    values["outside_party"] = suggested.outside_party
    if suggested.kind is SettlementKind.RESPONSIBLE and suggested.parties:
        values["partner"] = suggested.parties[0].partner
    for index, party in enumerate(suggested.parties):
        values[f"shares-{index}-partner"] = party.partner
        values[f"shares-{index}-percentage"] = f"{party.percentage.normalize():f}".replace(".", ",")
    return values


def _first_of_next_month(day: date) -> date:
    return months_later(day.replace(day=1), 1)


def _preview(form: ProposeForm, proposal: Proposal) -> dict[str, Any]:
    """What the proposal comes to, in cents."""
    if proposal.kind.is_put_to_parties:
        return {"shares": shares_by_percentage(form.amount_cents, proposal.parties)}
    if proposal.kind is SettlementKind.RESIDENT:
        count, first_on = proposal.instalment_count, proposal.first_instalment_on
        assert count is not None  # the form needs both
        assert first_on is not None
        return {"plan": instalments(form.amount_cents, count, first_on)}
    return {"shares": form.collective_shares} if proposal.kind is SettlementKind.COLLECTIVE else {}


def _with_lines(typed: MultiDict[str, str], action: str) -> MultiDict[str, str]:
    """What was typed with a share line more or fewer: the way without JavaScript."""
    values = MultiDict(typed)
    lines = share_lines(typed)
    if action == "add:shares" and len(lines) < MAX_SHARES:
        lines.append({"partner": "", "percentage": ""})
    elif match := re.fullmatch(r"remove:shares:([0-9]{1,3})", action):
        removed = int(match.group(1))
        lines = [line for index, line in enumerate(lines) if index != removed] or lines[:1]
    for name in [name for name in values if name.startswith("shares-")]:
        del values[name]
    for index, line in enumerate(lines):
        values[f"shares-{index}-partner"] = line["partner"]
        values[f"shares-{index}-percentage"] = line["percentage"]
    return values


def share_lines(typed: MultiDict[str, str]) -> list[dict[str, str]]:
    """The share lines as they were typed, in order; numbers may have gaps."""
    pattern = re.compile(r"shares-([0-9]{1,3})-[a-z]+")
    numbers = sorted({int(match.group(1)) for name in typed if (match := pattern.fullmatch(name))})
    names = ("partner", "percentage")
    lines = [{name: typed.get(f"shares-{n}-{name}", "") for name in names} for n in numbers]
    return lines[:MAX_SHARES]


def _page(
    form: ProposeForm,
    values: MultiDict[str, str],
    *,
    today: date,
    told: int,
    errors: dict[str, str] | None = None,
    preview: dict[str, Any] | None = None,
) -> str:
    lines = share_lines(values)
    while len(lines) < 2:
        lines.append({"partner": "", "percentage": ""})
    return render_template(
        "settlement/propose.html",
        form=form,
        typed=values,
        lines=lines,
        kinds=SettlementKind,
        errors=errors or {},
        preview=preview,
        today=today,
        told=told,
    )
