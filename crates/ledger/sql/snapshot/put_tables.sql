-- The version of each table in a snapshot.
insert into snapshot_table (
    snapshot, table_name, delta_version, definition_hash,
    row_count, resource_count, patient_count, file_count, size_bytes
)
-- rows
