-- Who these are, sealed; what was known before is replaced.
insert into identity_record (kind, owner, key_version, nonce, sealed, changed_us)
-- rows
on conflict (kind, owner) do update
set key_version = excluded.key_version,
    nonce = excluded.nonce,
    sealed = excluded.sealed,
    changed_us = excluded.changed_us
