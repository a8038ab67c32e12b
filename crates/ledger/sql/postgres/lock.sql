-- From here on nobody else writes to this schema, until the transaction ends.
select pg_advisory_xact_lock(1634689633, hashtext(current_schema()))
