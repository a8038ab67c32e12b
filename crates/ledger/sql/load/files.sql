-- What became of each file of this load?
select
    landing, name, already_held, line_count, resource_count,
    written_count, unchanged_count, superseded_count, deleted_count, quarantined_count
from load_file
where load = $1
order by position
