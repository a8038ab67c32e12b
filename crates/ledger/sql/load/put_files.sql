-- What became of each file of a load.
insert into load_file (
    load, position, landing, name, already_held, line_count, resource_count,
    written_count, unchanged_count, superseded_count, deleted_count, quarantined_count
)
-- rows
