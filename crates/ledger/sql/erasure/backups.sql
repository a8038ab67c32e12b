-- Which backups were made since this moment?
select at_us, detail
from audit
where act = 'backup'
  and at_us >= $1
order by seq
