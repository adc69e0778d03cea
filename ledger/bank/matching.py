"""What a bank line belongs to. Pure: facts in, proposals out; a line never changes the book from here.

*Sure* is what identifies exactly one thing and fits it. A reference of ours identifies, and so does a known
account with an amount that fits exactly one open claim of its payer, or all of them together. What else can
be said is *likely*: proposed with the reason and a score. Where two things fit, nothing is sure.

A reference is guarded by check digits, but two slips can make one claim's reference into another's. So it
is sure only where nothing speaks against it: the account of another payer who owes just this amount, or
another claim that fits where this one does not.
"""

from __future__ import annotations

from ledger.bank.lines import BankLine
from ledger.bank.matching_debits import DebitMatcher, bank_code
from ledger.bank.matching_facts import SURE, Facts, MatchKind, MatchRule, Outcome, Part, Proposal
from ledger.bank.matching_items import (
    Accounts,
    Item,
    OpenItems,
    explains_by_two_or_three,
    names_agree,
    pay_in_order,
    sums_to,
)
from ledger.bank.references import (
    Reference,
    ReferenceKind,
    find_mistyped,
    find_references,
    parse_collection_id,
    parse_reference,
)

INTEREST_CODES = frozenset({"INTR", "INT"})
_MOST_PROPOSALS = 4


class Matcher:
    """Matches the lines of an account in the order of its statements.

    :meth:`match` answers for one line and changes nothing; :meth:`take` tells what a line was booked as, so
    that the next line meets things as they are by then.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._items = OpenItems(facts)
        self._accounts = Accounts(facts.accounts)
        self._debits = DebitMatcher(facts)

    def match(self, line: BankLine) -> Outcome:
        """What ``line`` is, or may be."""
        return self._debits.match(line) if line.amount_cents < 0 else _Credit(self, line).outcome()

    def take(self, line: BankLine, proposal: Proposal) -> None:
        """Remember that ``line`` was booked as ``proposal``, by rule or by hand."""
        payers = {self._items.payer_of(part) for part in proposal.parts} - {""}
        for part in proposal.parts:
            self._items.take(part)
        if len(payers) == 1:
            self._accounts.learn(line.counter_iban, next(iter(payers)))
        self._debits.take(line, proposal)

    @property
    def facts(self) -> Facts:
        """What it began with."""
        return self._facts

    @property
    def items(self) -> OpenItems:
        """What is open now."""
        return self._items

    @property
    def accounts(self) -> Accounts:
        """Who pays from where, as known now."""
        return self._accounts

    @property
    def debits(self) -> DebitMatcher:
        """What went out and may come back."""
        return self._debits


class _Credit:
    """One line of money that came in."""

    def __init__(self, matcher: Matcher, line: BankLine) -> None:
        self._items, self._accounts, self._facts = matcher.items, matcher.accounts, matcher.facts
        self._debits = matcher.debits
        self._line, self._cents, self._day = line, line.amount_cents, line.booked_on
        self._words = f"{line.text} {line.end_to_end_id}"
        self._owner = self._accounts.payer(line.counter_iban)
        self._sure: Proposal | None = None
        self._likely: list[Proposal] = []

    def outcome(self) -> Outcome:
        """Try what says most first; stop at the first that is sure."""
        if proposal := self._debits.came_back(self._line):
            return proposal
        if bank_code(self._line) in INTEREST_CODES and not self._line.counter_iban:
            part = Part(MatchKind.OTHER_INCOME, "", self._cents)
            return Outcome(Proposal((part,), MatchRule.BANK_CODE, SURE))
        references = self._references()
        if references:
            self._by_references(references)
        if self._sure is None:
            self._by_account(may_be_sure=not references)
            self._by_mention()
            self._by_slip()
            self._by_name_or_amount()
            self._likely.extend(self._debits.refunds(self._line))
        return Outcome(self._sure, _best(self._likely) if self._sure is None else ())

    def _references(self) -> list[Reference]:
        """Those of this fund, each once. That of a collection of ours stands alone: we wrote it."""
        if collected := parse_collection_id(self._line.end_to_end_id):
            found = [collected[0]]
        else:
            stated = parse_reference(self._line.reference)
            found = [stated] if stated else []
            found += find_references(self._words)
        return [one for one in dict.fromkeys(found) if one.fund_id == self._facts.fund_id]

    def _by_references(self, references: list[Reference]) -> None:
        if len(references) == 1 and references[0].kind is ReferenceKind.STATEMENT:
            self._by_statement(self._facts.partners.get(references[0].number, ""))
            return
        found = [self._items.of_reference(one) for one in references]
        items = list({one.subject: one for one in found if one}.values())
        if not items:
            return  # paid already, or fallen back: used again, so it says nothing for certain
        if None in found or any(one.kind is ReferenceKind.STATEMENT for one in references):
            self._propose(pay_in_order(items, self._cents), MatchRule.REFERENCES, 60)
        elif len(items) == 1:
            self._by_one(items[0])
        else:
            self._by_several(items)

    def _by_one(self, item: Item) -> None:
        parts = pay_in_order([item], self._cents)
        ours = parse_collection_id(self._line.end_to_end_id) is not None
        if ours or self._agrees(item):
            rule = MatchRule.END_TO_END if ours else MatchRule.REFERENCE
            self._sure = Proposal(parts, rule, SURE)
        else:
            self._propose(parts, MatchRule.REFERENCE, 90 if self._cents in item.fits else 70)

    def _agrees(self, item: Item) -> bool:
        """Whether nothing speaks against the one item a reference names."""
        if item.since > self._day:
            return False
        others = [one for one in self._items.fitting(self._cents, self._day) if one is not item]
        if self._cents not in item.fits:
            # Another claim that fits exactly may be the one that was meant.
            if self._owner == item.payer:
                return all(one.payer != self._owner for one in others)
            return not others and self._owner == "" and self._name_allows(item)
        if self._owner in ("", item.payer):
            return self._owner != "" or not any(self._named(one) for one in others) or self._named(item)
        # Somebody pays for another: but not when they owe just this amount themselves.
        own = [one for one in others if one.payer == self._owner]
        return not own and self._total(self._owner) != self._cents

    def _name_allows(self, item: Item) -> bool:
        """Whether the name is not that of another known payer."""
        name = self._line.counter_name
        if self._owner or not name or self._named(item):
            return True
        return not any(names_agree(name, known) for known in self._facts.names.values())

    def _by_several(self, items: list[Item]) -> None:
        payers = {one.payer for one in items}
        fits = self._cents == sum(one.open_cents for one in items)
        fits = fits and all(one.since <= self._day for one in items)
        if fits and (self._owner in ("", *payers) or len(payers) > 1):
            self._sure = Proposal(pay_in_order(items, self._cents), MatchRule.REFERENCES, SURE)
            return
        nexts = [Part(one.kind, one.subject, min(one.parts[:1] or [one.open_cents])) for one in items]
        if self._cents == sum(part.amount_cents for part in nexts):
            self._propose(tuple(nexts), MatchRule.REFERENCES, 90)
        else:
            self._propose(pay_in_order(items, self._cents), MatchRule.REFERENCES, 80 if fits else 65)

    def _by_statement(self, partner: str) -> None:
        """Everything on a partner's statement of account, or the one choice of it that fits."""
        payer = next((key for key in self._facts.names if key.endswith(f":{partner}")), "") if partner else ""
        claims, everything = self._items.claims_of(payer, self._day), self._items.of_payer(payer, self._day)
        if not everything:
            return
        own = self._owner in ("", payer)
        for items in (claims, everything):
            if items and sum(one.open_cents for one in items) == self._cents and own:
                self._sure = Proposal(pay_in_order(items, self._cents), MatchRule.STATEMENT, SURE)
                return
        chosen = sums_to(claims, self._cents)
        alone = [one for one in everything if self._cents in one.fits]
        if len(alone) == 1 and not explains_by_two_or_three(claims, self._cents) and own:
            self._sure = Proposal(pay_in_order(alone, self._cents), MatchRule.STATEMENT, SURE)
        elif chosen and not alone and own and chosen[1]:
            self._sure = Proposal(pay_in_order(chosen[0], self._cents), MatchRule.STATEMENT, SURE)
        elif chosen:
            self._propose(pay_in_order(chosen[0], self._cents), MatchRule.STATEMENT, 85)
        else:
            self._propose(pay_in_order(claims or everything, self._cents), MatchRule.STATEMENT, 60)

    def _by_account(self, *, may_be_sure: bool) -> None:
        payer = self._owner
        everything, claims = self._items.of_payer(payer, self._day), self._items.claims_of(payer, self._day)
        if not everything:
            return
        fitting = [one for one in everything if self._cents in one.fits]
        total = len(claims) > 1 and self._total(payer) == self._cents
        if len(fitting) == 1 and not total:
            [item] = fitting
            proposal = Proposal(pay_in_order([item], self._cents), MatchRule.ACCOUNT_AND_AMOUNT, SURE)
        elif total and not fitting:
            proposal = Proposal(pay_in_order(claims, self._cents), MatchRule.ACCOUNT_AND_TOTAL, SURE)
        else:
            self._by_account_likely(fitting, claims, everything)
            return
        certain = may_be_sure and self._speaks(payer) and not self._doubted(fitting or claims, claims)
        if certain:
            self._sure = proposal
        else:
            self._propose(proposal.parts, proposal.rule, 90)

    def _by_account_likely(self, fitting: list[Item], claims: list[Item], everything: list[Item]) -> None:
        mentioned = {one.subject for one in self._items.mentioned(self._words)}
        for item in sorted(fitting, key=lambda one: one.subject not in mentioned)[:2]:
            score = 88 if item.subject in mentioned else 75
            self._propose(pay_in_order([item], self._cents), MatchRule.ACCOUNT_AND_AMOUNT, score)
        if chosen := sums_to(claims, self._cents):
            self._propose(pay_in_order(chosen[0], self._cents), MatchRule.ACCOUNT_AND_SUM, 80)
        if not fitting:
            self._propose(pay_in_order(claims or everything, self._cents), MatchRule.ACCOUNT, 45)

    def _speaks(self, payer: str) -> bool:
        """Whether the account is enough to say who pays.

        Seen only once it may be that of somebody who pays for several: then the name must be right too, or
        nobody else may owe just this amount.
        """
        if self._accounts.certain(self._line.counter_iban):
            return True
        if names_agree(self._line.counter_name, self._facts.names.get(payer, "")):
            return True
        return all(one.payer == payer for one in self._items.fitting(self._cents, self._day))

    def _doubted(self, chosen: list[Item], claims: list[Item]) -> bool:
        """Whether something else explains the same amount from the same payer."""
        if len(chosen) == 1 and explains_by_two_or_three(claims, self._cents):
            return True
        if any(one not in chosen for one in self._items.mentioned(self._words)):
            return True
        if self._slipped_to_another(chosen):
            return True
        cases = {one.case for one in chosen}
        return any(paid.case not in cases for paid in self._debits.paid_to(self._line))

    def _slipped_to_another(self, chosen: list[Item]) -> bool:
        """Whether a mistyped reference is nearer to another item of the same payer."""
        payer = chosen[0].payer
        near = [each for each in self._items.nearest(find_mistyped(self._slips())) if each[1].payer == payer]
        own = min((slips for slips, one in near if one in chosen), default=None)
        return any(one not in chosen and (own is None or slips < own) for slips, one in near)

    def _by_mention(self) -> None:
        for item in self._items.mentioned(self._words)[:2]:
            fits = self._cents in item.fits
            self._propose(pay_in_order([item], self._cents), MatchRule.MENTIONED, 86 if fits else 55)

    def _by_slip(self) -> None:
        for _slips, item in self._items.nearest(find_mistyped(self._slips()))[:2]:
            fits = self._cents in item.fits
            self._propose(pay_in_order([item], self._cents), MatchRule.MISTYPED, 84 if fits else 50)

    def _slips(self) -> str:
        return f"{self._line.reference} {self._words}"

    def _by_name_or_amount(self) -> None:
        fitting = [one for one in self._items.fitting(self._cents, self._day) if one.payer != self._owner]
        named = [one for one in fitting if self._named(one)]
        for item in named[:2]:
            score = 72 if len(named) == 1 else 60
            self._propose(pay_in_order([item], self._cents), MatchRule.NAME_AND_AMOUNT, score)
        if len(fitting) == 1 and not named:
            self._propose(pay_in_order(fitting, self._cents), MatchRule.AMOUNT, 40)

    def _named(self, item: Item) -> bool:
        return names_agree(self._line.counter_name, self._facts.names.get(item.payer, ""))

    def _total(self, payer: str) -> int:
        return sum(one.open_cents for one in self._items.claims_of(payer, self._day))

    def _propose(self, parts: tuple[Part, ...], rule: MatchRule, score: int) -> None:
        if any(part.kind is not MatchKind.UNRECOGNISED for part in parts):
            self._likely.append(Proposal(parts, rule, score))


def _best(proposals: list[Proposal]) -> tuple[Proposal, ...]:
    """The best few, each way of booking once."""
    found: dict[tuple[Part, ...], Proposal] = {}
    for one in sorted(proposals, key=lambda each: -each.score):
        found.setdefault(one.parts, one)
    return tuple(found.values())[:_MOST_PROPOSALS]
