-- Who took answers in SQL or members of cohorts since this moment, for which purpose and study, how often, and when?
select actor, purpose, study, object, count(*) as looks, min(at_us) as first_us, max(at_us) as last_us
from audit
where act = 'permit'
  and object in ('sql', 'sql-file', 'cohort-members', 'cohort-members-file')
  and at_us >= $1
group by actor, purpose, study, object
order by actor, purpose, study, object
