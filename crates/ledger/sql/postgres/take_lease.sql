-- From here on this connection alone does this work for this schema's lake, until it ends.
select pg_advisory_lock(cast($1 as integer), hashtext(current_schema()))
