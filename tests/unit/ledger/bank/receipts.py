"""Receipts with the noise of real ones, each with what it really was: a world to try matching on.

A world has partners, residents with instalments and parties outside. Each round brings new claims and some
hundreds of bank lines; what matching is not sure of, a treasurer who knows the truth books by hand.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from ledger.accounts import Account
from ledger.bank.lines import BankLine
from ledger.bank.matching_facts import (
    AccountFact,
    ClaimFact,
    ContributionFact,
    Facts,
    MatchKind,
    MatchRule,
    Part,
    PaymentFact,
    Proposal,
)
from ledger.bank.references import Reference, claim_reference, statement_reference

FUND = 1
START = date(2026, 1, 5)
PARTNERS = 16
KNOWN_AFTER = 2  # receipts from an account by one payer; the first may have been paid by somebody else
WITHOUT_REFERENCE, MISTYPED, LUMP, PART, UNEXPECTED = 0.30, 0.05, 0.05, 0.03, 0.02
RETURNED, UNRELATED, TWICE, OVER, WRONG_NOTE = 0.01, 0.05, 0.01, 0.01, 0.005


@dataclass(frozen=True)
class Receipt:
    """A line, what it really is (None: nothing to do with the fund) and whether it identifies its claims."""

    line: BankLine
    truth: tuple[Part, ...]
    identifies: bool
    story: str


@dataclass
class World:
    """Who owes what, and who pays from where."""

    chance: random.Random
    day: date = START
    claims: dict[str, ClaimFact] = field(default_factory=dict)
    paid: list[ClaimFact] = field(default_factory=list)
    payouts: dict[str, PaymentFact] = field(default_factory=dict)
    learned: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: int = 0

    def facts(self) -> Facts:
        """What the program would know of it."""
        on_record = [AccountFact(iban_of(code), payer(code), on_record=True) for code in partners()]
        learned = [
            AccountFact(iban, who, uses=uses)
            for iban, known in self.learned.items()
            for who, uses in known.items()
        ]
        names = {one.payer: one.party_name for one in self.claims.values()}
        names |= {payer(code): f"Stichting {code.capitalize()}" for code in partners()}
        return Facts(
            fund_id=FUND,
            claims=tuple(self.claims.values()),
            contributions=tuple(
                ContributionFact(at, code, code.capitalize(), 2026, 250_000)
                for at, code in enumerate(partners(), 1)
            ),
            paid=tuple(self.payouts.values()),
            accounts=(*on_record, *learned),
            partners=dict(enumerate(partners(), 1)),
            names=names,
        )

    def new_claims(self, count: int) -> None:
        """``count`` settled cases: on one partner, shared by all, on a resident, or on a party outside."""
        self.day += timedelta(days=20)
        while count > 0:
            case = f"TN-2026-{self.rows + 1:05d}"
            draw = self.chance.random()
            if draw < 0.4:
                made = [(self.chance.choice(partners()), self._amount(), Account.PARTNER_CLAIMS)]
            elif draw < 0.6:
                share = self.chance.randrange(1_000, 60_000)
                made = [
                    (code, share + (at < 3), Account.PARTNER_CLAIMS) for at, code in enumerate(partners())
                ]
            elif draw < 0.85:
                made = [(case, self.chance.choice((30_000, 60_000, 90_000)), Account.RESIDENT_CLAIMS)]
            else:
                made = [
                    (f"zorgverzekeraar-{self.chance.randrange(8)}", self._amount(), Account.OUTSIDE_CLAIMS)
                ]
            for party, cents, account in made:
                self._claim(case, party, cents, account)
            count -= len(made)

    def _amount(self) -> int:
        if self.chance.random() < 0.3:
            return self.chance.randrange(1, 60) * 10_000
        return self.chance.randrange(5_000, 900_000)

    def _claim(self, case: str, party: str, cents: int, account: Account) -> None:
        self.rows += 1
        parts = (cents // 12,) * 12 if account is Account.RESIDENT_CLAIMS else ()
        name = f"Inwoner {case}" if parts else f"Stichting {party.capitalize()}"
        due = self.day + timedelta(days=30)
        claim = ClaimFact(self.rows, f"{case}-V1-{party}", account, party, name, case, cents, due, parts)
        self.claims[claim.reference] = claim

    def booked(self, receipt: Receipt) -> None:
        """What was received is off its claims, and its account is known."""
        payers = set()
        for part in receipt.truth:
            if part.kind is MatchKind.PAYOUT_RETURNED:
                del self.payouts[part.subject]
            if part.kind is not MatchKind.REPAYMENT:
                continue
            claim = self.claims[part.subject]
            payers.add(claim.payer)
            left, parts, cents = claim.open_cents - part.amount_cents, list(claim.parts), part.amount_cents
            while parts and cents:
                taken = min(parts[0], cents)
                cents, parts[0] = cents - taken, parts[0] - taken
                if not parts[0]:
                    parts.pop(0)
            self.claims[part.subject] = replace(claim, open_cents=left, parts=tuple(parts))
            if not left:
                self.paid.append(self.claims.pop(part.subject))
        if len(payers) == 1 and receipt.line.counter_iban not in {iban_of(code) for code in partners()}:
            known = self.learned.setdefault(receipt.line.counter_iban, {})
            [who] = payers
            known[who] = known.get(who, 0) + 1

    def receipt(self) -> Receipt:
        """The next line on the account."""
        draw = self.chance.random()
        for share, make in (
            (UNRELATED, self._unrelated),
            (RETURNED, self._returned),
            (TWICE, self._paid_twice),
            (LUMP, self._lump),
            (WRONG_NOTE, self._wrong_note),
        ):
            if draw < share and (made := make()):
                return made
            draw -= share
        return self._one_claim()

    def _one_claim(self) -> Receipt:
        claim = self.chance.choice(list(self.claims.values()))
        story, cents = "one claim", claim.parts[0] if claim.parts else claim.open_cents
        draw = self.chance.random()
        if draw < PART and cents > 200:
            story, cents = "part payment", self.chance.randrange(100, cents)
        elif draw < PART + OVER:
            story, cents = "overpayment", claim.open_cents + self.chance.randrange(100, 5_000)
        reference = claim_reference(fund_id=FUND, claim_id=claim.row)
        line = self._line(claim, cents)
        truth = _pay(claim, cents)
        draw = self.chance.random()
        if draw < WITHOUT_REFERENCE:
            if self._means_another(claim, line):
                return self._one_claim()  # nobody could know: it pays another claim of theirs to the cent
            line = replace(line, text=self.chance.choice(("", "terugbetaling", "conform afspraak")))
            return Receipt(line, truth, self._fits_account(line), story)
        if draw < WITHOUT_REFERENCE + MISTYPED:
            if self._means_another(claim, line):
                return self._one_claim()
            line = self._written(line, slip(self.chance, reference))
            return Receipt(line, truth, self._fits_account(line), f"{story}, mistyped")
        return Receipt(self._written(line, reference.rf), truth, True, story)

    def _means_another(self, claim: ClaimFact, line: BankLine) -> bool:
        """Whether account and amount point to exactly one thing, and it is not this claim."""
        fitting = self._explained(line)
        return len(fitting) == 1 and fitting != [{claim.reference}]

    def _fits_account(self, line: BankLine) -> bool:
        """Whether a known account and the amount fit one open claim, or all of its payer together."""
        return len(self._explained(line)) == 1

    def _explained(self, line: BankLine) -> list[set[str]]:
        """The claims that account and amount point to: each one that fits, and all together."""
        known = {payer(code) for code in partners() if iban_of(code) == line.counter_iban}
        paid_from = self.learned.get(line.counter_iban, {})
        if not known and len(paid_from) == 1 and sum(paid_from.values()) >= KNOWN_AFTER:
            known = set(paid_from)
        claims = self._of(known.pop()) if known else []
        fitting = [{one.reference} for one in claims if line.amount_cents in _fits(one)]
        if len(claims) > 1 and sum(one.open_cents for one in claims) == line.amount_cents:
            fitting.append({one.reference for one in claims})
        return fitting

    def _of(self, who: str) -> list[ClaimFact]:
        return [one for one in self.claims.values() if one.payer == who]

    def _line(self, claim: ClaimFact, cents: int) -> BankLine:
        iban, name = iban_of(claim.party), claim.party_name
        if claim.parts:
            name = f"J. van {claim.party[-3:]}"
        if self.chance.random() < UNEXPECTED:
            if self.chance.random() < 0.5:  # half of these pay for more than one
                number = self.chance.choice((self.chance.randrange(3), self.chance.randrange(10**10)))
                iban, name = f"NL00OTHR{number:010d}", "Centraal Kasbeheer"
            else:
                other = self.chance.choice(partners())
                iban, name = iban_of(other), f"Stichting {other.capitalize()}"
        return BankLine(self.day, cents, counter_iban=iban, counter_name=name, code="PMNT/RCDT/ESCT")

    def _written(self, line: BankLine, reference: str) -> BankLine:
        draw = self.chance.random()
        if draw < 0.5:
            return replace(line, reference=reference)
        spaced = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
        words = f"{self.chance.choice(('betreft', 'kenmerk', 'factuur 2026'))} {spaced} {self.day:%d-%m-%Y}"
        return replace(line, text=words if draw < 0.9 else words.lower())

    def _lump(self) -> Receipt | None:
        code = self.chance.choice(partners())
        claims = self._of(payer(code))
        if len(claims) < 2:
            return None
        how_many = (
            len(claims) if self.chance.random() < 0.3 else self.chance.randrange(2, min(5, len(claims) + 1))
        )
        chosen = self.chance.sample(claims, how_many)
        cents = sum(one.open_cents for one in chosen)
        line = self._line(replace(chosen[0], parts=()), cents)
        truth = tuple(Part(MatchKind.REPAYMENT, one.reference, one.open_cents) for one in chosen)
        draw = self.chance.random()
        if draw < 0.4:
            spoken = [claim_reference(fund_id=FUND, claim_id=one.row).digits for one in chosen]
            return Receipt(replace(line, text=" + ".join(spoken)), truth, True, "lump, references")
        if draw < 0.7:
            row = partners().index(code) + 1
            whole = how_many == len(claims)
            reference = statement_reference(fund_id=FUND, partner_id=row)
            return Receipt(self._written(line, reference.rf), truth, whole, "lump, statement")
        if any(cents in _fits(one) for one in claims):
            return None
        return Receipt(line, truth, self._fits_account(line), "lump, nothing")

    def _returned(self) -> Receipt:
        number = len(self.payouts) + self.rows
        payment = PaymentFact(f"TN-2026-{number:05d}-U1", self.chance.randrange(5_000, 400_000), case="TN-1")
        self.payouts[payment.reference] = payment
        return self.returned_of(payment)

    def returned_of(self, payment: PaymentFact) -> Receipt:
        """The bank sends a payment of ours back."""
        line = BankLine(self.day, payment.amount_cents, end_to_end_id=payment.reference, returned=True)
        truth = (Part(MatchKind.PAYOUT_RETURNED, payment.reference, payment.amount_cents),)
        return Receipt(line, truth, False, "returned")

    def _paid_twice(self) -> Receipt | None:
        if not self.paid:
            return None
        claim = self.chance.choice(self.paid)
        line = self._line(replace(claim, parts=()), claim.open_cents or self._amount())
        reference = claim_reference(fund_id=FUND, claim_id=claim.row)
        return Receipt(self._written(line, reference.rf), (), False, "paid before")

    def _wrong_note(self) -> Receipt | None:
        """Somebody pays their own claim with the reference on another's note."""
        own, other = self.chance.sample(list(self.claims.values()), 2)
        if own.account is not Account.PARTNER_CLAIMS or own.payer == other.payer:
            return None
        iban, name = iban_of(own.party), own.party_name
        line = BankLine(self.day, own.open_cents, counter_iban=iban, counter_name=name)
        reference = claim_reference(fund_id=FUND, claim_id=other.row)
        return Receipt(self._written(line, reference.rf), _pay(own, own.open_cents), False, "another's note")

    def _unrelated(self) -> Receipt:
        iban = f"NL00FRMD{self.chance.randrange(10**10):010d}"
        if self.chance.random() < 0.2:
            iban = iban_of(self.chance.choice(partners()))
        words = self.chance.choice(
            ("subsidie 2026", "donatie", "factuur 8844120393", "kermis 1234567890123456")
        )
        line = BankLine(self.day, self._amount(), counter_iban=iban, counter_name="Iemand Anders", text=words)
        owned = next((self._of(payer(code)) for code in partners() if iban_of(code) == iban), [])
        if any(line.amount_cents in _fits(one) for one in owned) or line.amount_cents == 250_000:
            return self._unrelated()
        return Receipt(line, (), False, "unrelated")


def rounds(seed: int, receipts: int, *, per_round: int = 200) -> Iterator[tuple[World, int]]:
    """A world, again and again with new claims, and how many receipts to take from it before the next."""
    world = World(random.Random(seed))
    while receipts > 0:
        world.new_claims(max(260 - len(world.claims), per_round))
        yield world, min(per_round, receipts)
        receipts -= per_round


def by_hand(receipt: Receipt) -> Proposal:
    """How a treasurer who knows the truth books it."""
    rest = receipt.line.amount_cents - sum(part.amount_cents for part in receipt.truth)
    parts = receipt.truth + ((Part(MatchKind.UNRECOGNISED, "", rest),) if rest else ())
    return Proposal(parts, MatchRule.BY_HAND, 0)


def slip(chance: random.Random, reference: Reference) -> str:
    """The reference with one digit wrong or missing, two swapped, or two wrong; never a right one."""
    digits, at = reference.digits, chance.randrange(1, 15)
    wrong = str((int(digits[at]) + chance.randrange(1, 10)) % 10)
    match chance.randrange(4):
        case 0:
            made = digits[:at] + digits[at + 1 :]
        case 1 if digits[at] != digits[at + 1]:
            made = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        case 2:
            other = str((int(digits[15]) + chance.randrange(1, 10)) % 10)
            made = digits[:at] + wrong + digits[at + 1 : 15] + other
        case _:
            made = digits[:at] + wrong + digits[at + 1 :]
    return f"RF{reference.rf[2:4]}{made}" if chance.random() < 0.5 else made


def partners() -> list[str]:
    """The codes of the partners, in the order of their rows."""
    return [f"partner{at:02d}" for at in range(1, PARTNERS + 1)]


def payer(code: str) -> str:
    """A partner as one who pays."""
    return f"{Account.PARTNER_CLAIMS.value}:{code}"


def iban_of(party: str) -> str:
    """The account someone pays from; not a real number."""
    return f"NL00{sum(ord(letter) * 31**at for at, letter in enumerate(party)) % 10**12:014d}"


def _pay(claim: ClaimFact, cents: int) -> tuple[Part, ...]:
    return (Part(MatchKind.REPAYMENT, claim.reference, min(cents, claim.open_cents)),)


def _fits(claim: ClaimFact) -> set[int]:
    return {claim.open_cents, *claim.parts[:1]}
