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
-- Legs go only to the entry that is about to be posted. The fund's lock keeps out a leg that slips in from
-- another transaction between the check of an entry's sum and its commit.
CREATE FUNCTION ledger_refuse_late_legs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted bigint;
BEGIN
  FOR wanted IN SELECT DISTINCT entry_id FROM added LOOP
    PERFORM 1 FROM ledger_fund WHERE id = wanted / 10000000000 FOR UPDATE;
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE id = wanted) THEN
      RAISE EXCEPTION 'ledger_posted: a posted entry gets no more legs'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$
--------
CREATE TRIGGER ledger_leg_sealed AFTER INSERT ON ledger_leg REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_late_legs()
--------
-- The planner is held to index lookups: its cached plans are made while the tables are still small.
CREATE FUNCTION ledger_seal() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  f ledger_fund;
  leg_count integer;
  leg_sum bigint;
  flow_kind text := NEW.kind;
  the_month integer := extract(year FROM NEW.booked_on)::integer * 100 + extract(month FROM NEW.booked_on)::integer;
  the_case text;
  problem text;
BEGIN
  SELECT * INTO f FROM ledger_fund WHERE id = NEW.fund_id FOR UPDATE;
  SELECT count(*), sum(amount_cents) INTO leg_count, leg_sum FROM ledger_leg WHERE entry_id = NEW.id;

  problem := CASE
    WHEN NEW.id <> f.id * 10000000000 + f.entry_count + 1 OR NEW.previous_hash <> f.head_hash
      THEN 'ledger_next: not the next entry of the chain'
    WHEN NEW.book_year <> the_month / 100
      THEN 'ledger_book_year: the book year is not that of the date'
    WHEN NEW.book_year <= f.closed_through
      THEN 'ledger_year_closed: nothing is dated into a closed year'
    WHEN leg_count < 2 THEN 'ledger_legs: an entry has at least two legs'
    WHEN leg_sum <> 0 THEN 'ledger_balanced: an entry sums to zero'
    END;
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = problem, ERRCODE = 'integrity_constraint_violation';
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

  UPDATE ledger_year SET last_number = last_number + 1
  WHERE fund_id = NEW.fund_id AND book_year = NEW.book_year RETURNING last_number INTO leg_count;
  IF NOT FOUND THEN
    INSERT INTO ledger_year (fund_id, book_year, last_number, state)
    VALUES (NEW.fund_id, NEW.book_year, 1, 'open') RETURNING last_number INTO leg_count;
  END IF;
  IF leg_count <> NEW.number THEN
    RAISE EXCEPTION 'ledger_number: not the next number of the year'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  UPDATE ledger_fund SET entry_count = entry_count + 1, head_hash = NEW.hash WHERE id = NEW.fund_id;

  -- Promises and voluntary refunds may not bring what is available below zero.
  IF (NEW.kind IN ('case_approved', 'commitment_raised', 'contribution_paid_back')
      OR (NEW.kind = 'reversal' AND flow_kind = 'commitment_released'))
     AND (SELECT coalesce(sum(balance_cents), 0) FROM ledger_balance
          WHERE fund_id = NEW.fund_id AND account IN ('1100', '1150', '2100', '2200', '2900')
            AND subject = '') < f.buffer_cents THEN
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
-- Legs and the entry that seals them, in one round trip.
CREATE FUNCTION ledger_write(
  the_id bigint, the_fund integer, the_year integer, the_number integer, the_kind text, the_date date,
  the_moment timestamptz, the_cause text, the_key text, the_original bigint, the_previous text, the_hash text,
  the_accounts text[], the_subjects text[], the_amounts bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_leg (entry_id, account, subject, amount_cents)
  SELECT the_id, l.* FROM unnest(the_accounts, the_subjects, the_amounts) AS l;
  INSERT INTO ledger_entry (id, fund_id, book_year, number, kind, booked_on, recorded_at_utc, cause,
                            idempotency_key, reverses, previous_hash, hash)
  VALUES (the_id, the_fund, the_year, the_number, the_kind, the_date, the_moment, the_cause,
          the_key, the_original, the_previous, the_hash);
END $$
--------
ALTER TABLE ledger_fund SET (fillfactor = 50)
--------
ALTER TABLE ledger_month SET (fillfactor = 70)
--------
ALTER TABLE ledger_balance SET (fillfactor = 80)
