-- What had those refused whose erasure was lifted?
select erasure_refusal.erasure, erasure_refusal.blind, erasure_refusal.purpose
from erasure_refusal
join erasure on erasure.id = erasure_refusal.erasure
where erasure.lifted_us is not null
order by erasure_refusal.erasure, erasure_refusal.blind, erasure_refusal.purpose
