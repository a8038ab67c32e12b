-- What was not taken in this load, from this position on?
select landing, file_name, line, code, path, detail
from quarantine
where load = $1 and position >= $2
order by position
limit $3
