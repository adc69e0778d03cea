"""What is still to be paid, kept up to date while lines are matched: claims and contributions by amount."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import inf

from ledger.bank.matching_facts import (
    AccountFact,
    ClaimFact,
    ContributionFact,
    Facts,
    MatchKind,
    Part,
    reference_of_claim,
    reference_of_contribution,
)
from ledger.bank.references import Reference, ReferenceKind

LEARNED_USES = 2  # from then on an account speaks for its payer as one on record does
_MANY = 60  # claims of one payer above which sums of three are no longer looked for
_MOST_FOR_SUMS = 14
_FAR = 3  # digits in which a mistyped reference differs from one that was not meant
_ACCIDENT = 1000  # a sum of some claims counts only if chance explains fewer than one amount in so many
_WORD = re.compile(r"[a-z0-9]+")
_LEGAL_FORMS = frozenset(
    {"stichting", "st", "bv", "b", "v", "nv", "n", "vereniging", "de", "het", "te", "van"}
)


@dataclass(slots=True)
class Item:
    """Something that can be paid. ``open_cents`` and ``parts`` go down as lines are taken for it."""

    kind: MatchKind
    subject: str
    payer: str
    case: str
    order: tuple[date, str]  # of paying when nothing else decides: the oldest first
    open_cents: int
    parts: list[int]
    since: date = date.min

    @property
    def fits(self) -> frozenset[int]:
        """The amounts that pay it exactly: all of it, or the next instalment of its plan."""
        return frozenset(self.parts[:1]) | {self.open_cents}

    def paid(self, cents: int) -> None:
        """Take ``cents`` off, from the oldest instalments first."""
        self.open_cents -= cents
        while self.parts and cents:
            taken = min(cents, self.parts[0])
            cents -= taken
            self.parts[0] -= taken
            if not self.parts[0]:
                self.parts.pop(0)


class OpenItems:
    """All items by reference, payer, amount and mention."""

    def __init__(self, facts: Facts) -> None:
        self._by_reference: dict[tuple[ReferenceKind, int, int], Item] = {}
        self._by_payer: dict[str, dict[str, Item]] = defaultdict(dict)
        self._by_amount: dict[int, dict[str, Item]] = defaultdict(dict)
        self._by_word: dict[str, list[Item]] = defaultdict(list)
        self._digits: dict[str, Item] = {}
        self._by_subject: dict[tuple[MatchKind, str], Item] = {}
        for claim in facts.claims:
            self._add(_of_claim(claim), reference_of_claim(facts.fund_id, claim))
        for one in facts.contributions:
            if one.open_cents > 0:
                self._add(_of_contribution(one), reference_of_contribution(facts.fund_id, one))

    def _add(self, item: Item, reference: Reference) -> None:
        self._by_reference[_key(reference)] = item
        self._digits[reference.digits] = item
        self._by_subject[item.kind, item.subject] = item
        self._put(item)
        if item.kind is MatchKind.REPAYMENT:
            self._by_word[item.subject.lower()].append(item)
            self._by_word[item.case.lower()].append(item)

    def _put(self, item: Item) -> None:
        if item.open_cents > 0:
            self._by_payer[item.payer][item.subject] = item
            for cents in item.fits:
                self._by_amount[cents][item.subject] = item

    def take(self, part: Part) -> None:
        """Remember that ``part`` was booked."""
        item = self._by_subject.get((part.kind, part.subject))
        if item is None:
            return
        for cents in item.fits:
            self._by_amount[cents].pop(item.subject, None)
        item.paid(min(part.amount_cents, item.open_cents))
        if item.open_cents:
            self._put(item)
        else:
            self._by_payer[item.payer].pop(item.subject, None)

    def payer_of(self, part: Part) -> str:
        """Who owes what ``part`` pays; empty when it pays nothing that was open."""
        item = self._by_subject.get((part.kind, part.subject))
        return item.payer if item else ""

    def of_reference(self, reference: Reference) -> Item | None:
        """The item this reference names, if anything is open on it. An instalment names its claim."""
        item = self._by_reference.get(_key(reference))
        return item if item is not None and item.open_cents else None

    def of_payer(self, payer: str, on: date) -> list[Item]:
        """What was there to be paid by ``payer`` on a day and is open, the oldest first."""
        known = self._by_payer[payer].values() if payer else ()
        return sorted((one for one in known if one.since <= on), key=lambda one: one.order)

    def claims_of(self, payer: str, on: date) -> list[Item]:
        """The claims among those."""
        return [one for one in self.of_payer(payer, on) if one.kind is MatchKind.REPAYMENT]

    def fitting(self, cents: int, on: date) -> list[Item]:
        """Everything that ``cents`` would have paid exactly on a day, whoever owes it."""
        known = self._by_amount[cents].values()
        return sorted((one for one in known if one.since <= on), key=lambda one: one.order)

    def mentioned(self, text: str) -> list[Item]:
        """The open claims whose reference or case number stands in ``text``."""
        found: dict[str, Item] = {}
        for word in re.findall(r"[a-z0-9][a-z0-9._\-]*[a-z0-9]", text.lower()):
            for item in self._by_word.get(word, ()):
                if item.open_cents:
                    found[item.subject] = item
        return list(found.values())

    def nearest(self, mistyped: Iterable[str]) -> list[tuple[int, Item]]:
        """The open items whose reference is one or two digits off one of ``mistyped``, with how many."""
        found: dict[str, tuple[int, Item]] = {}
        for digits in mistyped:
            for own, item in self._digits.items():
                slips = sum(a != b for a, b in zip(digits, own, strict=True)) if item.open_cents else _FAR
                if slips < _FAR and slips < found.get(item.subject, (_FAR, item))[0]:
                    found[item.subject] = slips, item
        return sorted(found.values(), key=lambda each: (each[0], each[1].order))


class Accounts:
    """Who pays from which account, learned on the way."""

    def __init__(self, accounts: Iterable[AccountFact]) -> None:
        self._payers: dict[str, dict[str, float]] = defaultdict(dict)
        for one in accounts:
            known = self._payers[one.iban]
            known[one.payer] = inf if one.on_record else known.get(one.payer, 0) + one.uses

    def payer(self, iban: str) -> str:
        """The one who is known to pay from ``iban``; empty when nobody is, or more than one."""
        known = self._payers.get(iban, {})
        return next(iter(known)) if len(known) == 1 else ""

    def shared(self, iban: str) -> bool:
        """Whether more than one is known to pay from ``iban``."""
        return len(self._payers.get(iban, {})) > 1

    def certain(self, iban: str) -> bool:
        """Whether the account speaks for its payer: on record, or used more than once by that one only."""
        known = self._payers.get(iban, {})
        return len(known) == 1 and next(iter(known.values())) >= LEARNED_USES

    def learn(self, iban: str, payer: str) -> None:
        """Remember that ``payer`` paid from ``iban``. An account on record stays that of its owner alone."""
        if not iban or not payer or inf in self._payers[iban].values():
            return
        self._payers[iban][payer] = self._payers[iban].get(payer, 0) + 1


def explains_by_two_or_three(items: Sequence[Item], cents: int) -> bool:
    """Whether two or three of ``items`` come to exactly ``cents`` together."""
    opens = [one.open_cents for one in items]
    if any(a + b == cents for a, b in combinations(opens, 2)):
        return True
    return len(opens) <= _MANY and any(sum(three) == cents for three in combinations(opens, 3))


def sums_to(items: Sequence[Item], cents: int) -> tuple[list[Item], bool] | None:
    """The one choice of ``items`` that comes to ``cents``, and whether that can hardly be chance.

    None when there is no such choice, more than one, or too much to choose from.
    """
    if not 2 <= len(items) <= _MOST_FOR_SUMS or sum(one.open_cents for one in items) < cents:
        return None
    ways: dict[int, list[int]] = {0: [0]}  # per sum at most two choices, as bits
    for at, one in enumerate(items):
        for total, choices in [(total, tuple(choices)) for total, choices in ways.items()]:
            if total + one.open_cents <= cents:
                known = ways.setdefault(total + one.open_cents, [])
                known.extend(choice | 1 << at for choice in choices[: 2 - len(known)])
    if len(found := ways.get(cents, [])) != 1:
        return None
    chosen = [one for at, one in enumerate(items) if found[0] >> at & 1]
    return chosen, 2 ** len(items) * _ACCIDENT <= sum(one.open_cents for one in items)


def pay_in_order(items: Iterable[Item], cents: int) -> tuple[Part, ...]:
    """``cents`` divided over ``items`` in their order; what is left is not recognised."""
    parts = []
    for one in items:
        taken = min(one.open_cents, cents)
        if taken:
            parts.append(Part(one.kind, one.subject, taken))
        cents -= taken
    if cents:
        parts.append(Part(MatchKind.UNRECOGNISED, "", cents))
    return tuple(parts)


def names_agree(one: str, other: str) -> bool:
    """Whether two names are of the same party, as far as words can tell: one has all words of the other."""
    words = _words(one), _words(other)
    smaller, larger = sorted(words, key=len)
    return bool(smaller) and smaller <= larger and any(len(word) >= 3 for word in smaller)


def _words(name: str) -> frozenset[str]:
    return frozenset(_WORD.findall(name.lower())) - _LEGAL_FORMS


def _key(reference: Reference) -> tuple[ReferenceKind, int, int]:
    part = reference.part if reference.kind is ReferenceKind.CONTRIBUTION else 0
    return reference.kind, reference.number, part


def _of_claim(claim: ClaimFact) -> Item:
    order = (claim.due_on, claim.reference)
    return Item(
        MatchKind.REPAYMENT,
        claim.reference,
        claim.payer,
        claim.case,
        order,
        claim.open_cents,
        list(claim.parts),
        claim.raised_on,
    )


def _of_contribution(one: ContributionFact) -> Item:
    order = (date(one.year, 12, 31), one.subject)
    return Item(MatchKind.CONTRIBUTION, one.subject, one.payer, "", order, one.open_cents, [])
