-- What is the seed of this person's authenticator app, and the last step of it that was used?
select nonce, sealed, last_step, confirmed_us
from account_second
where actor = $1
