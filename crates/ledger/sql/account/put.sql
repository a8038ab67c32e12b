-- Keep a new account.
insert into account (
    actor, name_ja, name_en, email, role, department, supervisor, expires_us, made_by, made_us
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (actor) do nothing
