-- What was taken in this load with something worth a look?
select code, path, detail, case_count, first_file, first_line
from load_warning
where load = $1
order by position
