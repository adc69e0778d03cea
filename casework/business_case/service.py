"""What deciding asks of the mini-business-case: the payout as a line, as it was decided on."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from casework.business_case.lines import NEW, POT, business_case_of
from casework.business_case.tables import BusinessCaseLine
from casework.cases.tables import Case
from casework.context import Work


def freeze_payout_line(work: Work, case: Case) -> None:
    """Keep the payout as a line of party ``pot`` on the new way, as it was at the decision.

    Until then the line follows the cost lines. Doing it again changes nothing. It is part of deciding:
    that is what the log keeps.
    """
    business_case_of(work, case)
    frozen = work.session.scalar(
        select(BusinessCaseLine.id).where(BusinessCaseLine.case_id == case.id, BusinessCaseLine.party == POT)
    )
    if frozen is not None:
        return
    work.session.add(
        BusinessCaseLine(
            case_id=case.id,
            side=NEW,
            party=POT,
            quantity=Decimal(1),
            low_cents=case.amount_cents,
            mid_cents=case.amount_cents,
            high_cents=case.amount_cents,
            probability=Decimal(1),
            confidence="A",
            cashable=True,
        )
    )
    work.session.flush()
