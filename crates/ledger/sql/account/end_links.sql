-- End the tokens of this kind and person that were not used.
update account_link
set used_us = $3
where kind = $1
  and coalesce(actor, '') = $2
  and used_us is null
