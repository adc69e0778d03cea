"""What a change of policy would have meant as plain text, in the sentences of its page, for a shell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import gettext as _

from casework.policy.preview import (
    AdviceDiffers,
    Effects,
    Found,
    GatesDiffer,
    QuorumDiffers,
    ShareDiffers,
    SplitDiffers,
)
from casework.policy.proposals import PolicyChange
from casework.web.formatting import date_long, euros
from casework.web.policy_sections import differences
from casework.web.policy_values import language
from casework.web.policy_words import TITLES


def change_as_text(change: PolicyChange, effects: Effects, names: Mapping[str, str]) -> str:
    """One change with its effects, a sentence per line."""
    return "\n".join(_lines(change, effects, names))


def _lines(change: PolicyChange, effects: Effects, names: Mapping[str, str]) -> Iterator[str]:
    after = change.after
    day = date_long(after.valid_from, language())
    yield f"{TITLES[after.section]}: {_('Per %(day)s', day=day)}"
    before = change.before.to_document()
    yield from (f"  {line}" for line in differences(after.section, before, after.to_document(), names))
    if change.next_from:
        yield "  " + _(
            "Let op: vanaf %(day)s geldt een versie die al is vastgesteld. Wat u hier wijzigt, geldt dus "
            "maar tot die dag.",
            day=date_long(change.next_from, language()),
        )
    if effects.none:
        yield "  " + _(
            "Deze wijziging verandert niets aan hoe eerdere casussen zijn beoordeeld, besloten of verrekend."
        )
    if effects.advice:
        yield from _advice(effects.advice)
    if effects.quorum:
        yield from _quorum(effects.quorum)
    if effects.gates:
        yield from _gates(effects.gates)
    if effects.splits:
        yield from _splits(effects.splits, effects.shares, names)
    if effects.available:
        yield "  " + _(
            "Nu kan %(before)s worden toegezegd; met de nieuwe buffer zou dat %(after)s zijn.",
            before=euros(effects.available.before_cents, language()),
            after=euros(effects.available.after_cents, language()),
        )


def _advice(found: Found[AdviceDiffers]) -> Iterator[str]:
    yield "  " + _(
        "Besluiten die zijn bekeken: %(looked)d. Daarvan had bij %(count)d het advies anders geluid.",
        looked=found.looked_at,
        count=found.count,
    )
    if found.left_out:
        yield "  " + _(
            "Niet te vergelijken: %(count)d. De cijfers passen niet op de nieuwe schaal.",
            count=found.left_out,
        )
    for one in found.seen:
        yield f"    {one.number}: {one.before.label(language())} > {one.after.label(language())}"


def _quorum(found: Found[QuorumDiffers]) -> Iterator[str]:
    yield "  " + _(
        "Besluiten die zijn bekeken: %(looked)d. Daarvan had bij %(count)d iets anders gegolden: meer of "
        "minder leden, of wel of niet achteraf nakijken.",
        looked=found.looked_at,
        count=found.count,
    )
    for one in found.seen:
        short = "" if one.enough else f" ({_('te weinig leden om zo te besluiten')})"
        reviewed = ""
        if one.reviewed_after != one.reviewed_before:
            told = _("wel achteraf nagekeken") if one.reviewed_after else _("niet achteraf nagekeken")
            reviewed = f", {told}"
        yield f"    {one.number}: {one.before} > {one.after}{reviewed}{short}"


def _gates(found: Found[GatesDiffer]) -> Iterator[str]:
    yield "  " + _(
        "Besluiten die zijn bekeken: %(looked)d. Daarvan had bij %(count)d iets in de weg gestaan, of juist "
        "niet meer.",
        looked=found.looked_at,
        count=found.count,
    )
    for one in found.seen:
        yield f"    {one.number}: " + (
            _("kan worden gehonoreerd") if one.open_after else _("kan niet worden gehonoreerd")
        )


def _splits(
    found: Found[SplitDiffers], shares: Sequence[ShareDiffers], names: Mapping[str, str]
) -> Iterator[str]:
    yield "  " + _(
        "Gezamenlijke verrekeningen die zijn bekeken: %(looked)d. Daarvan was bij %(count)d het deel van een "
        "partner anders geweest.",
        looked=found.looked_at,
        count=found.count,
    )
    if found.left_out:
        yield "  " + _(
            "Niet te vergelijken: %(count)d. Toen deed een partner mee die niet in de nieuwe sleutel staat.",
            count=found.left_out,
        )
    for one in shares:
        before, after = euros(one.before_cents, language()), euros(one.after_cents, language())
        yield f"    {names.get(one.partner, one.partner)}: {before} > {after}"
    for split in found.seen:
        yield f"    {split.number}"
