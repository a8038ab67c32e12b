-- Which rows before this one tell of something that left the house, the newest first?
select seq, at_us, actor, act, object, purpose, study, detail, prev_hash, hash
from audit
where (cast($1 as bigint) is null or seq < $1)
  and (
      act in ('audit.export', 'backup', 'erase', 'ledger.moved')
      or (
          act = 'permit'
          and object in ('sql', 'sql-file', 'cohort-members', 'cohort-members-file')
      )
  )
order by seq desc
limit $2
