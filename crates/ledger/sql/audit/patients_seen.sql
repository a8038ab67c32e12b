-- Which patients did this person look at last for this purpose, the newest first?
select object
from audit
where actor = $1
  and act = 'permit'
  and purpose = $2
  and object like 'patient/%'
group by object
order by max(seq) desc
limit $3
