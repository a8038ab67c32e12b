-- Who is this account?
select
    actor, name_ja, name_en, email, role, department, supervisor,
    joined_us, expires_us, disabled_us, made_by, made_us
from account
where actor = $1
