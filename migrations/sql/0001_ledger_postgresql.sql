-- The book's own rules, enforced by the database. Statements are separated by a line of dashes.
-- A message starts with a word that ledger.backends recognises.

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger_posted: what is posted is never changed or removed'
    USING ERRCODE = 'integrity_constraint_violation';
END $$
--------
CREATE TRIGGER ledger_entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()
--------
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
--------
CREATE TRIGGER ledger_leg_no_change BEFORE UPDATE OR DELETE ON ledger_leg
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()
--------
CREATE TRIGGER ledger_leg_no_truncate BEFORE TRUNCATE ON ledger_leg
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
--------
CREATE TRIGGER ledger_year_act_no_change BEFORE UPDATE OR DELETE ON ledger_year_act
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()
--------
CREATE TRIGGER ledger_year_act_no_truncate BEFORE TRUNCATE ON ledger_year_act
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
--------
CREATE FUNCTION ledger_refuse_unadopting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'ledger_adopted: an adopted year stays as it is'
    USING ERRCODE = 'integrity_constraint_violation';
END $$
--------
CREATE TRIGGER ledger_year_adopted BEFORE UPDATE ON ledger_year
FOR EACH ROW WHEN (OLD.state = 'adopted' AND NEW.state <> 'adopted')
EXECUTE FUNCTION ledger_refuse_unadopting()
--------
CREATE TRIGGER ledger_year_no_delete BEFORE DELETE ON ledger_year
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change()
--------
-- Legs go only to an entry that is still to be posted, one entry at a time. The fund's lock keeps out a leg that
-- slips in from another transaction between the check of an entry's sum and its commit.
CREATE FUNCTION ledger_refuse_late_legs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  legs record;
BEGIN
  SELECT a.first_id, a.last_id, f.id * 10000000000 + f.entry_count AS posted_id INTO legs
  FROM (SELECT min(entry_id) AS first_id, max(entry_id) AS last_id FROM added) a
  JOIN ledger_fund f ON f.id = a.first_id / 10000000000 FOR UPDATE OF f;
  IF legs.first_id <= legs.posted_id THEN
    RAISE EXCEPTION 'ledger_posted: a posted entry gets no more legs'
      USING ERRCODE = 'integrity_constraint_violation';
  ELSIF legs.first_id <> legs.last_id THEN
    RAISE EXCEPTION 'ledger_next: legs are added to one entry at a time'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$
--------
CREATE TRIGGER ledger_leg_sealed AFTER INSERT ON ledger_leg REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_late_legs()
--------
-- The first update takes the fund's lock: nobody else changes what is read and written below.
CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  buffer bigint;
  leg_count integer;
  leg_sum bigint;
  flow_kind text := NEW.kind;
  the_month integer := NEW.book_year * 100 + extract(month FROM NEW.booked_on)::integer;
  the_number integer;
  the_case text;
BEGIN
  UPDATE ledger_fund f SET entry_count = f.entry_count + 1, head_hash = NEW.hash
  WHERE f.id = NEW.fund_id AND f.id * 10000000000 + f.entry_count + 1 = NEW.id
    AND f.head_hash = NEW.previous_hash AND f.closed_through < NEW.book_year
  RETURNING f.buffer_cents INTO buffer;
  IF NOT FOUND THEN
    PERFORM 1 FROM ledger_fund f WHERE f.id = NEW.fund_id AND f.id * 10000000000 + f.entry_count + 1 = NEW.id
      AND f.head_hash = NEW.previous_hash;
    IF FOUND THEN
      RAISE EXCEPTION 'ledger_year_closed: nothing is dated into a closed year'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RAISE EXCEPTION 'ledger_next: not the next entry of the chain'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.book_year <> extract(year FROM NEW.booked_on) THEN
    RAISE EXCEPTION 'ledger_book_year: the book year is not that of the date'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  UPDATE ledger_year SET last_number = last_number + 1
  WHERE fund_id = NEW.fund_id AND book_year = NEW.book_year RETURNING last_number INTO the_number;
  IF NOT FOUND THEN
    INSERT INTO ledger_year (fund_id, book_year, last_number, state)
    VALUES (NEW.fund_id, NEW.book_year, 1, 'open') RETURNING last_number INTO the_number;
  END IF;
  IF the_number <> NEW.number THEN
    RAISE EXCEPTION 'ledger_number: not the next number of the year'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  SELECT count(*), sum(amount_cents) INTO leg_count, leg_sum FROM ledger_leg WHERE entry_id = NEW.id;
  IF leg_count < 2 THEN
    RAISE EXCEPTION 'ledger_legs: an entry has at least two legs'
      USING ERRCODE = 'integrity_constraint_violation';
  ELSIF leg_sum <> 0 THEN
    RAISE EXCEPTION 'ledger_balanced: an entry sums to zero'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  IF NEW.reverses IS NOT NULL THEN
    -- A reversal is the whole entry with every sign turned, in the same fund.
    SELECT kind INTO flow_kind FROM ledger_entry WHERE id = NEW.reverses AND fund_id = NEW.fund_id;
    IF flow_kind IS NULL OR flow_kind = 'reversal' OR EXISTS (
      (SELECT account, subject, amount_cents FROM ledger_leg WHERE entry_id = NEW.id
       EXCEPT SELECT account, subject, -amount_cents FROM ledger_leg WHERE entry_id = NEW.reverses)
      UNION ALL
      (SELECT account, subject, -amount_cents FROM ledger_leg WHERE entry_id = NEW.reverses
       EXCEPT SELECT account, subject, amount_cents FROM ledger_leg WHERE entry_id = NEW.id)) THEN
      RAISE EXCEPTION 'ledger_reversal: a reversal mirrors the entry it names'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;

  -- A scalar subquery per row, because a join on a young table was planned as a scan of all balances.
  INSERT INTO ledger_balance (fund_id, account, subject, balance_cents)
  SELECT NEW.fund_id, m.account, m.subject, m.amount_cents + coalesce(
           (SELECT b.balance_cents FROM ledger_balance b
            WHERE b.fund_id = NEW.fund_id AND b.account = m.account AND b.subject = m.subject), 0)
  FROM (SELECT account, subject, amount_cents FROM ledger_leg WHERE entry_id = NEW.id
        UNION ALL
        SELECT account, '', sum(amount_cents)::bigint FROM ledger_leg
        WHERE entry_id = NEW.id AND subject <> '' GROUP BY account) m
  ON CONFLICT (fund_id, account, subject) DO UPDATE SET balance_cents = excluded.balance_cents;

  INSERT INTO ledger_month (fund_id, month, account, kind, debit_cents, credit_cents)
  SELECT NEW.fund_id, the_month, account, flow_kind,
         sum(greatest(amount_cents, 0)), sum(greatest(-amount_cents, 0))
  FROM ledger_leg WHERE entry_id = NEW.id GROUP BY account
  ON CONFLICT (fund_id, month, account, kind) DO UPDATE SET
    debit_cents = ledger_month.debit_cents + excluded.debit_cents,
    credit_cents = ledger_month.credit_cents + excluded.credit_cents;

  -- Promises and voluntary refunds may not bring what is available below zero.
  IF (NEW.kind IN ('case_approved', 'commitment_raised', 'contribution_paid_back')
      OR (NEW.kind = 'reversal' AND flow_kind = 'commitment_released'))
     AND (SELECT coalesce(sum(balance_cents), 0) FROM ledger_balance
          WHERE fund_id = NEW.fund_id AND account IN ('1100', '1150', '2100', '2200', '2900')
            AND subject = '') < buffer THEN
    RAISE EXCEPTION 'ledger_available: not enough is available'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  -- A settlement covers at most what was paid: per case, 1400 less 2100 stays at or above zero.
  IF NEW.kind IN ('settled', 'settled_as_gift') THEN
    FOR the_case IN SELECT subject FROM ledger_leg WHERE entry_id = NEW.id AND account = '1400' LOOP
      IF (SELECT coalesce(sum(balance_cents), 0) FROM ledger_balance
          WHERE fund_id = NEW.fund_id AND account IN ('1400', '2100') AND subject = the_case) < 0 THEN
        RAISE EXCEPTION 'ledger_settled: a settlement covers at most what was paid'
          USING ERRCODE = 'integrity_constraint_violation';
      END IF;
    END LOOP;
  END IF;
  RETURN NULL;
END $$
--------
CREATE TRIGGER ledger_entry_seal AFTER INSERT ON ledger_entry
FOR EACH ROW EXECUTE FUNCTION ledger_seal()
--------
-- Lock the fund, then read what posting needs in one round trip. Inside a volatile function each statement
-- sees what was committed before it started, so what is read after the lock is the newest.
CREATE FUNCTION ledger_prepare(
  the_network text, the_year integer, the_key text, the_accounts text[], the_subjects text[],
  OUT fund_id integer, OUT entry_count bigint, OUT head_hash text, OUT buffer_cents bigint,
  OUT closed_through integer, OUT last_number integer, OUT earlier_id bigint, OUT balances bigint[]
) LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  standing bigint;
BEGIN
  SELECT f.id, f.entry_count, f.head_hash, f.buffer_cents, f.closed_through
    INTO fund_id, entry_count, head_hash, buffer_cents, closed_through
    FROM ledger_fund f WHERE f.network = the_network FOR UPDATE;
  SELECT coalesce((SELECT y.last_number FROM ledger_year y
                   WHERE y.fund_id = ledger_prepare.fund_id AND y.book_year = the_year), 0),
         (SELECT e.id FROM ledger_entry e
          WHERE e.fund_id = ledger_prepare.fund_id AND e.idempotency_key = the_key)
    INTO last_number, earlier_id;
  -- One look-up at a time: for the few there are, a query over the arrays costs three times as much.
  FOR i IN 1 .. coalesce(cardinality(the_accounts), 0) LOOP
    SELECT b.balance_cents INTO standing FROM ledger_balance b
    WHERE b.fund_id = ledger_prepare.fund_id AND b.account = the_accounts[i] AND b.subject = the_subjects[i];
    balances[i] := coalesce(standing, 0);
  END LOOP;
END $$
--------
-- Legs and the entry that seals them, from the entry's canonical encoding (docs/ledger.md): what is hashed is what
-- is booked. The planner is held to index lookups: its cached plans are made while the tables are still small.
CREATE FUNCTION ledger_write(the_content text) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  content jsonb := the_content;
  the_id bigint := content ->> 2;
  the_hash text := encode(sha256(convert_to(the_content, 'UTF8')), 'hex');
BEGIN
  INSERT INTO ledger_leg (entry_id, account, subject, amount_cents)
  SELECT the_id, l ->> 0, l ->> 1, (l ->> 2)::bigint FROM jsonb_array_elements(content -> 11) AS l;
  INSERT INTO ledger_entry (id, fund_id, book_year, number, kind, booked_on, recorded_at_utc, cause,
                            idempotency_key, reverses, previous_hash, hash)
  VALUES (the_id, the_id / 10000000000, (content ->> 3)::integer, (content ->> 4)::integer, content ->> 5,
          (content ->> 6)::date, (content ->> 7)::timestamptz, content ->> 8, content ->> 9,
          (content ->> 10)::bigint, content ->> 12, the_hash);
  RETURN the_hash;
END $$
--------
-- Post in one round trip what nothing stands in the way of. The encoding comes with three gaps: the id after
-- the_start, the number after the_year, and the hash before after the_rest. Returns id, number, the hash before
-- and its own, or nothing when the book refuses: the caller then finds out why, under the same lock.
CREATE FUNCTION ledger_post(the_network text, the_year integer, the_start text, the_rest text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  the_fund integer;
  the_id bigint;
  the_number integer;
  the_previous text;
BEGIN
  SELECT f.id, f.id * 10000000000 + f.entry_count + 1, f.head_hash INTO the_fund, the_id, the_previous
  FROM ledger_fund f WHERE f.network = the_network FOR UPDATE;
  the_number := 1 + coalesce((SELECT y.last_number FROM ledger_year y
                              WHERE y.fund_id = the_fund AND y.book_year = the_year), 0);
  BEGIN
    RETURN the_id || ' ' || the_number || ' ' || the_previous || ' ' || ledger_write(
      the_start || the_id || ',' || the_year || ',' || the_number || the_rest || the_previous || '"]');
  EXCEPTION WHEN integrity_constraint_violation THEN
    RETURN NULL;
  END;
END $$
--------
ALTER TABLE ledger_fund SET (fillfactor = 50)
--------
ALTER TABLE ledger_month SET (fillfactor = 70)
--------
ALTER TABLE ledger_balance SET (fillfactor = 80)
