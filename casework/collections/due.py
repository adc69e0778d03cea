"""What can be collected: the parts that are due of open claims on partners that gave a mandate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from casework.claims.note import to_pay
from casework.collections.refusals import MandateState, Scheme
from casework.collections.tables import Collection, CollectionMandate
from casework.context import Work
from casework.network.tables import Partner
from ledger import claims as ledger_claims
from ledger.bank.references import Reference


@dataclass(frozen=True, slots=True)
class Due:
    """What of one claim falls due by a day, and under which mandate it is collected. Whole cents."""

    claim: str
    case: str
    partner: str
    partner_name: str
    due_on: date
    amount_cents: int
    open_cents: int
    mandate_id: int
    mandate: str
    scheme: Scheme
    reference: Reference


def collectable(work: Work, collect_on: date, *, batch_id: int | None = None) -> tuple[Due, ...]:
    """Everything that can be collected on ``collect_on``, by partner and due day.

    Not what is in a live collection already, other than in the batch ``batch_id``.
    """
    live = select(Collection.claim_reference).where(
        Collection.network_id == work.network.id, Collection.live.is_(True)
    )
    if batch_id is not None:
        live = live.where(Collection.batch_id != batch_id)
    taken = set(work.session.scalars(live))
    found = []
    for mandate, partner in work.session.execute(
        select(CollectionMandate, Partner)
        .join(Partner, Partner.id == CollectionMandate.partner_id)
        .where(
            CollectionMandate.network_id == work.network.id,
            CollectionMandate.state == MandateState.ACTIVE.value,
        )
        .order_by(Partner.name)
    ):
        for one in to_pay(work, partner.code):
            parts = ledger_claims.due_parts(one.claim, collect_on)
            if not parts or one.claim.reference in taken:
                continue
            found.append(
                Due(
                    claim=one.claim.reference,
                    case=one.claim.case,
                    partner=partner.code,
                    partner_name=partner.name,
                    due_on=parts[0][0],
                    amount_cents=sum(cents for _due_on, cents in parts),
                    open_cents=one.claim.open_cents,
                    mandate_id=mandate.id,
                    mandate=mandate.reference,
                    scheme=Scheme(mandate.scheme),
                    reference=one.reference,
                )
            )
    return tuple(found)
