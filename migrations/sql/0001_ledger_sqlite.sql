-- The book's own rules, enforced by the database. Statements are separated by a line of dashes.
-- A message starts with a word that ledger.backends recognises.

CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_posted: a posted entry is never changed'); END
--------
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_posted: a posted entry is never removed'); END
--------
CREATE TRIGGER ledger_leg_no_update BEFORE UPDATE ON ledger_leg
BEGIN SELECT RAISE(ABORT, 'ledger_posted: a posted leg is never changed'); END
--------
CREATE TRIGGER ledger_leg_no_delete BEFORE DELETE ON ledger_leg
BEGIN SELECT RAISE(ABORT, 'ledger_posted: a posted leg is never removed'); END
--------
CREATE TRIGGER ledger_leg_sealed BEFORE INSERT ON ledger_leg
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id)
BEGIN SELECT RAISE(ABORT, 'ledger_posted: a posted entry gets no more legs'); END
--------
CREATE TRIGGER ledger_year_act_no_update BEFORE UPDATE ON ledger_year_act
BEGIN SELECT RAISE(ABORT, 'ledger_posted: the log of a year is never changed'); END
--------
CREATE TRIGGER ledger_year_act_no_delete BEFORE DELETE ON ledger_year_act
BEGIN SELECT RAISE(ABORT, 'ledger_posted: the log of a year is never removed'); END
--------
CREATE TRIGGER ledger_year_adopted BEFORE UPDATE ON ledger_year
WHEN OLD.state = 'adopted' AND NEW.state <> 'adopted'
BEGIN SELECT RAISE(ABORT, 'ledger_adopted: an adopted year stays as it is'); END
--------
CREATE TRIGGER ledger_year_no_delete BEFORE DELETE ON ledger_year
BEGIN SELECT RAISE(ABORT, 'ledger_posted: a book year is never removed'); END
--------
CREATE TRIGGER ledger_entry_seal AFTER INSERT ON ledger_entry
BEGIN
  SELECT CASE
    WHEN NEW.id <> f.id * 10000000000 + f.entry_count + 1 OR NEW.previous_hash <> f.head_hash
      THEN RAISE(ABORT, 'ledger_next: not the next entry of the chain')
    WHEN NEW.book_year <> CAST(substr(NEW.booked_on, 1, 4) AS INTEGER)
      THEN RAISE(ABORT, 'ledger_book_year: the book year is not that of the date')
    WHEN NEW.book_year <= f.closed_through
      THEN RAISE(ABORT, 'ledger_year_closed: nothing is dated into a closed year')
    WHEN NEW.number <> 1 + coalesce((SELECT last_number FROM ledger_year y
                                     WHERE y.fund_id = f.id AND y.book_year = NEW.book_year), 0)
      THEN RAISE(ABORT, 'ledger_number: not the next number of the year')
    END
  FROM ledger_fund f WHERE f.id = NEW.fund_id;

  SELECT CASE
    WHEN count(*) < 2 THEN RAISE(ABORT, 'ledger_legs: an entry has at least two legs')
    WHEN sum(amount_cents) <> 0 THEN RAISE(ABORT, 'ledger_balanced: an entry sums to zero')
    END
  FROM ledger_leg WHERE entry_id = NEW.id;

  -- A reversal is the whole entry with every sign turned, in the same fund.
  SELECT RAISE(ABORT, 'ledger_reversal: a reversal mirrors the entry it names')
  WHERE NEW.reverses IS NOT NULL AND (
    EXISTS (SELECT account, subject, amount_cents FROM ledger_leg WHERE entry_id = NEW.id
            EXCEPT SELECT account, subject, -amount_cents FROM ledger_leg WHERE entry_id = NEW.reverses)
    OR EXISTS (SELECT account, subject, -amount_cents FROM ledger_leg WHERE entry_id = NEW.reverses
               EXCEPT SELECT account, subject, amount_cents FROM ledger_leg WHERE entry_id = NEW.id)
    OR NOT EXISTS (SELECT 1 FROM ledger_entry o
                   WHERE o.id = NEW.reverses AND o.fund_id = NEW.fund_id AND o.kind <> 'reversal'));

  INSERT INTO ledger_balance (fund_id, account, subject, balance_cents)
  SELECT NEW.fund_id, l.account, l.subject, coalesce(b.balance_cents, 0) + l.amount_cents
  FROM ledger_leg l
  LEFT JOIN ledger_balance b ON b.fund_id = NEW.fund_id AND b.account = l.account AND b.subject = l.subject
  WHERE l.entry_id = NEW.id
  ON CONFLICT (fund_id, account, subject) DO UPDATE SET balance_cents = excluded.balance_cents;

  INSERT INTO ledger_balance (fund_id, account, subject, balance_cents)
  SELECT NEW.fund_id, m.account, '', coalesce(b.balance_cents, 0) + m.amount_cents
  FROM (SELECT account, sum(amount_cents) AS amount_cents FROM ledger_leg
        WHERE entry_id = NEW.id AND subject <> '' GROUP BY account) m
  LEFT JOIN ledger_balance b ON b.fund_id = NEW.fund_id AND b.account = m.account AND b.subject = ''
  WHERE true
  ON CONFLICT (fund_id, account, subject) DO UPDATE SET balance_cents = excluded.balance_cents;

  INSERT INTO ledger_month (fund_id, month, account, kind, debit_cents, credit_cents)
  SELECT NEW.fund_id,
         CAST(substr(NEW.booked_on, 1, 4) || substr(NEW.booked_on, 6, 2) AS INTEGER),
         account,
         CASE WHEN NEW.reverses IS NULL THEN NEW.kind
              ELSE (SELECT o.kind FROM ledger_entry o WHERE o.id = NEW.reverses) END,
         sum(max(amount_cents, 0)), sum(max(-amount_cents, 0))
  FROM ledger_leg WHERE entry_id = NEW.id GROUP BY account
  ON CONFLICT (fund_id, month, account, kind) DO UPDATE SET
    debit_cents = ledger_month.debit_cents + excluded.debit_cents,
    credit_cents = ledger_month.credit_cents + excluded.credit_cents;

  INSERT INTO ledger_year (fund_id, book_year, last_number, state)
  VALUES (NEW.fund_id, NEW.book_year, 1, 'open')
  ON CONFLICT (fund_id, book_year) DO UPDATE SET last_number = ledger_year.last_number + 1;

  UPDATE ledger_fund SET entry_count = entry_count + 1, head_hash = NEW.hash WHERE id = NEW.fund_id;

  -- Promises and voluntary refunds may not bring what is available below zero.
  SELECT RAISE(ABORT, 'ledger_available: not enough is available')
  FROM ledger_fund f
  WHERE NEW.kind IN ('case_approved', 'commitment_raised', 'contribution_paid_back', 'reversal')
    AND f.id = NEW.fund_id
    AND (NEW.kind <> 'reversal'
         OR (SELECT o.kind FROM ledger_entry o WHERE o.id = NEW.reverses) = 'commitment_released')
    AND (SELECT coalesce(sum(balance_cents), 0) FROM ledger_balance
         WHERE fund_id = NEW.fund_id AND account IN ('1100', '1150', '2100', '2200', '2900')
           AND subject = '') < f.buffer_cents;

  -- A settlement covers at most what was paid: per case, 1400 less 2100 stays at or above zero.
  SELECT RAISE(ABORT, 'ledger_settled: a settlement covers at most what was paid')
  FROM ledger_leg l
  WHERE NEW.kind IN ('settled', 'settled_as_gift') AND l.entry_id = NEW.id AND l.account = '1400'
    AND (SELECT coalesce(sum(b.balance_cents), 0) FROM ledger_balance b
         WHERE b.fund_id = NEW.fund_id AND b.account IN ('1400', '2100') AND b.subject = l.subject) < 0;
END
