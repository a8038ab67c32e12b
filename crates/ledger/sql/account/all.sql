-- Who has an account, in the order of their names?
select
    actor, name_ja, name_en, email, role, department, supervisor,
    joined_us, expires_us, disabled_us, made_by, made_us
from account
order by actor
