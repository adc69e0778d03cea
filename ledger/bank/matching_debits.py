"""Money that went out: payments seen, batches debited as one sum, costs; and what of it comes back."""

from __future__ import annotations

import re
from collections import defaultdict

from ledger.bank.lines import BankLine
from ledger.bank.matching_facts import (
    SURE,
    CollectedFact,
    Facts,
    MatchKind,
    MatchRule,
    Outcome,
    Part,
    PaymentFact,
    Proposal,
)

COST_CODES = frozenset({"CHRG", "COMM", "COMT", "COME", "FEES", "CHG", "CHR", "COM", "KST"})
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]*[A-Za-z0-9]")


def bank_code(line: BankLine) -> str:
    """The last part of the bank's code: the sub-family, or the SWIFT type without its first letter."""
    last = line.code.rsplit("/", 1)[-1].upper()
    return last[1:] if "/" not in line.code and len(last) == 4 and last[0] in "NFS" else last


class DebitMatcher:
    """What is under way and what was paid, kept up to date while lines are matched."""

    def __init__(self, facts: Facts) -> None:
        self._under_way = {one.reference.upper(): one for one in facts.under_way}
        self._paid = {one.reference.upper(): one for one in facts.paid}
        self._collected = {one.end_to_end_id: one for one in facts.collected}

    def match(self, line: BankLine) -> Outcome:
        """What a debit is, or may be."""
        cents = -line.amount_cents
        if line.returned:
            return self._collection_reversed(line, cents)
        named = self._named(line, self._under_way)
        if len(named) == 1:
            [payment] = named
            if payment.amount_cents == cents:
                return Outcome(_proposal([payment], MatchRule.END_TO_END, SURE))
        if found := self._as_batch(line, cents):
            return found
        if bank_code(line) in COST_CODES and not line.counter_iban:
            return Outcome(Proposal((Part(MatchKind.BANK_COSTS, "", cents),), MatchRule.BANK_CODE, SURE))
        if named:
            return Outcome()  # our own reference with another amount: for a person to look at
        return self._by_account_or_amount(line, cents)

    def take(self, line: BankLine, proposal: Proposal) -> None:
        """Remember what a line was booked as."""
        for part in proposal.parts:
            if part.kind is MatchKind.PAYOUT and (seen := self._under_way.pop(part.subject.upper(), None)):
                self._paid[part.subject.upper()] = seen
            elif part.kind is MatchKind.PAYOUT_RETURNED:
                self._paid.pop(part.subject.upper(), None)
            elif part.kind is MatchKind.COLLECTION_REVERSED:
                self._collected.pop(line.end_to_end_id, None)
            elif part.kind is MatchKind.REPAYMENT and proposal.rule is MatchRule.END_TO_END:
                self._collected[line.end_to_end_id] = CollectedFact(
                    line.end_to_end_id, part.subject, part.amount_cents, 0
                )

    def came_back(self, line: BankLine) -> Outcome | None:
        """What a credit is that the bank says came back; None when it says no such thing."""
        if not line.returned:
            return None
        named = self._named(line, self._paid)
        if len(named) == 1 and named[0].amount_cents == line.amount_cents:
            return Outcome(_returned(named[0], MatchRule.END_TO_END, SURE))
        likely = [
            _returned(one, MatchRule.ACCOUNT_AND_AMOUNT, 80 if one.iban == line.counter_iban else 45)
            for one in self._paid.values()
            if one.amount_cents == line.amount_cents
        ]
        return Outcome(None, tuple(sorted(likely, key=lambda one: -one.score)[:3]))

    def refunds(self, line: BankLine) -> list[Proposal]:
        """Payments of ours of which a credit may be the payee's refund."""
        named = self._named(line, self._paid)
        found = []
        for one in self._paid.values():
            if line.amount_cents > one.amount_cents or not one.case:
                continue
            if one in named:
                score = 85
            elif line.counter_iban and one.iban == line.counter_iban:
                score = 65 if line.amount_cents == one.amount_cents else 35
            else:
                continue
            part = Part(MatchKind.REFUND, one.case, line.amount_cents)
            found.append(Proposal((part,), MatchRule.PAID_BEFORE, score))
        return found

    def paid_to(self, line: BankLine) -> list[PaymentFact]:
        """Payments of just this amount to the account that now pays."""
        return [
            one
            for one in self._paid.values()
            if one.case and one.amount_cents == line.amount_cents and one.iban == line.counter_iban != ""
        ]

    def _collection_reversed(self, line: BankLine, cents: int) -> Outcome:
        known = self._collected.get(line.end_to_end_id)
        if known is None or known.amount_cents != cents:
            return Outcome()
        part = Part(MatchKind.COLLECTION_REVERSED, known.claim, cents)
        return Outcome(Proposal((part,), MatchRule.END_TO_END, SURE))

    def _named(self, line: BankLine, among: dict[str, PaymentFact]) -> list[PaymentFact]:
        """The payments whose reference the line carries: as end-to-end id, or as a word of its text."""
        if (exact := among.get(line.end_to_end_id.upper())) is not None:
            return [exact]
        words = _WORD.findall(f"{line.reference} {line.end_to_end_id} {line.text}")
        return list({word.upper(): among[word.upper()] for word in words if word.upper() in among}.values())

    def _as_batch(self, line: BankLine, cents: int) -> Outcome | None:
        """One debit for everything that went to the bank in one file."""
        batches: dict[str, list[PaymentFact]] = defaultdict(list)
        for one in self._under_way.values():
            if one.batch:
                batches[one.batch].append(one)
        words = set(_WORD.findall(f"{line.end_to_end_id} {line.bank_reference} {line.reference} {line.text}"))
        fitting = {
            name: payments
            for name, payments in batches.items()
            if sum(one.amount_cents for one in payments) == cents
        }
        named = [name for name in fitting if name in words]
        if len(named) == 1:
            return Outcome(_proposal(fitting[named[0]], MatchRule.BATCH, SURE))
        several = [payments for payments in fitting.values() if len(payments) > 1]
        alone = any(one.amount_cents == cents for one in self._under_way.values())
        if not several or alone:
            return None
        certain = len(several) == 1 and not line.counter_iban
        proposals = [_proposal(payments, MatchRule.BATCH, SURE if certain else 80) for payments in several]
        return Outcome(proposals[0]) if certain else Outcome(None, tuple(proposals[:3]))

    def _by_account_or_amount(self, line: BankLine, cents: int) -> Outcome:
        same = [one for one in self._under_way.values() if one.amount_cents == cents]
        to_them = [one for one in same if one.iban and one.iban == line.counter_iban]
        if len(to_them) == 1:
            return Outcome(_proposal(to_them, MatchRule.ACCOUNT_AND_AMOUNT, SURE))
        if to_them:
            return Outcome(
                None, tuple(_proposal([one], MatchRule.ACCOUNT_AND_AMOUNT, 75) for one in to_them[:3])
            )
        return Outcome(None, tuple(_proposal([one], MatchRule.AMOUNT, 40) for one in same[:3]))


def _proposal(payments: list[PaymentFact], rule: MatchRule, score: int) -> Proposal:
    parts = tuple(Part(MatchKind.PAYOUT, one.reference, one.amount_cents) for one in payments)
    return Proposal(parts, rule, score)


def _returned(payment: PaymentFact, rule: MatchRule, score: int) -> Proposal:
    return Proposal((Part(MatchKind.PAYOUT_RETURNED, payment.reference, payment.amount_cents),), rule, score)
