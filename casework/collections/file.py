"""From a batch to the bank's file: who pays, under which mandate, and what the statement will say."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from casework.accounts.find import account_of
from casework.accounts.tables import BankAccount
from casework.collections.tables import Collection, CollectionBatch, CollectionMandate
from casework.context import Work
from ledger.bank.collection_file import CollectionFile, CollectionOrder, build_collection_file


def build(work: Work, batch: CollectionBatch, rows: Sequence[Collection]) -> bytes:
    """The file of ``batch``. Raises what :func:`ledger.bank.collection_file.build_collection_file` raises."""
    account = account_of(work.session.get_one(BankAccount, batch.account_id))
    mandates = {
        one.id: one
        for one in work.session.scalars(
            select(CollectionMandate).where(CollectionMandate.id.in_({row.mandate_id for row in rows}))
        )
    }
    assert batch.message_id is not None  # given at the release
    return build_collection_file(
        CollectionFile(
            message_id=batch.message_id,
            created_at_utc=work.now_utc,
            creditor_name=account.holder,
            creditor_iban=account.iban,
            creditor_bic=account.bic,
            creditor_id=account.creditor_id,
            scheme=batch.scheme,
            collect_on=batch.collect_on,
            orders=[_order(row, mandates[row.mandate_id]) for row in rows],
        )
    )


def _order(row: Collection, mandate: CollectionMandate) -> CollectionOrder:
    return CollectionOrder(
        end_to_end_id=row.end_to_end_id,
        amount_cents=row.amount_cents,
        mandate=mandate.reference,
        signed_on=mandate.signed_on,
        debtor_name=mandate.holder,
        debtor_iban=mandate.iban,
        text=f"Vordering {row.claim_reference}",
    )
