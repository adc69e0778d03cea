"""The lines about who repays: paid cases without a settlement, proposals on their way, disputes."""

from __future__ import annotations

from casework.context import Work
from casework.settlement.lists import SettlementLine, Stage, settlement_lines_for_worklist
from casework.worklist import lines
from casework.worklist.lines import Action, Section, Tone, Turn, WorkLine
from rules.wording import Reason


def settling_lines(work: Work) -> list[WorkLine]:
    """The settlement lines of the worklist, the actor's own turn and the oldest first."""
    return [
        WorkLine(
            number=line.case_number,
            title=line.title,
            partner_name=line.partner_name,
            amount_cents=line.open_cents,
            age_days=line.age_days,
            turn=_turn(line),
        )
        for line in settlement_lines_for_worklist(work)
    ]


def _turn(line: SettlementLine) -> Turn:
    if line.stage is Stage.TO_SETTLE:
        tone = Tone.LATE if line.overdue else Tone.WAIT
        says = lines.SETTLE(days=line.age_days)
        return Turn(Section.TO_SETTLE, says, Action.PROPOSE_SETTLEMENT, tone, _paid_on(line))
    if line.stage is Stage.LETTER:
        return Turn(
            Section.YOURS, lines.SEND_LETTER(names=line.waiting_for), Action.SETTLEMENT, note=_paid_on(line)
        )
    section = Section.YOURS if line.my_turn else Section.OTHERS
    tone = Tone.LATE if line.overdue or line.stage is Stage.DISPUTED else Tone.WAIT
    if not line.my_turn and tone is Tone.WAIT:
        tone = Tone.MUTE
    return Turn(section, _says(line), Action.SETTLEMENT, tone, _note(line))


def _paid_on(line: SettlementLine) -> Reason | None:
    return lines.PAID_ON(on=line.since_on) if line.since_on else None


def _says(line: SettlementLine) -> Reason:
    if line.stage is Stage.PARTIES:
        if line.overdue:
            return lines.TERM_OVER(names=line.waiting_for)
        return lines.PARTIES_ANSWER(names=line.waiting_for)
    if line.escalated:
        return lines.EXECUTIVES_VOTE(names=_few(line.voters)) if line.voters else lines.EXECUTIVES_DECIDE()
    return _waits_for_votes(line)


def _waits_for_votes(line: SettlementLine) -> Reason:
    voters = () if line.my_turn else _few(line.voters)
    if line.stage is Stage.DISPUTED:
        if not voters:
            return lines.DISPUTED(names=line.waiting_for)
        return lines.DISPUTED_OTHERS(names=line.waiting_for, voters=voters)
    if line.my_turn:
        return lines.SETTLEMENT_VOTE()
    return lines.SETTLEMENT_VOTE_OF(names=voters) if voters else lines.SETTLEMENT_VOTES_MISSING()


def _few(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names to show; a long list says less than a short one."""
    return names[:3]


def _note(line: SettlementLine) -> Reason | None:
    if line.until_on is not None:
        return lines.ANSWER_BY(on=line.until_on)
    if line.tally is not None:
        return lines.AGREED(agreed=line.tally.agreed, required=line.tally.required)
    return None
