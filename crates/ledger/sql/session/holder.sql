-- Whose session is this, if it was neither ended nor left alone nor open for too long, and the
-- account it is of, if any, is open?
select session.actor, session.begun_us, session.seen_us, session.proved_us
from session
left join account on account.actor = session.actor
where session.token_hash = $1
  and session.ended_us is null
  and session.seen_us > $2
  and session.begun_us > $3
  and account.disabled_us is null
  and (account.expires_us is null or account.expires_us > $4)
