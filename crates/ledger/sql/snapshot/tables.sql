-- Which version of which table is in this snapshot?
select
    table_name, delta_version, definition_hash,
    row_count, resource_count, patient_count, file_count, size_bytes
from snapshot_table
where snapshot = $1
order by table_name
