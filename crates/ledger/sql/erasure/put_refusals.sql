-- What somebody who is being erased had refused.
insert into erasure_refusal (erasure, blind, purpose)
-- rows
on conflict (erasure, blind, purpose) do nothing
