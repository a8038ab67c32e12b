-- Deletions that took a resource away.
-- resource_count = written_count + unchanged_count + superseded_count + deleted_count + quarantined_count
alter table load_file add deleted_count bigint not null default 0;
