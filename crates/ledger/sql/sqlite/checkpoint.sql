-- Bring everything into the file and empty the log beside it. (SQLite)
pragma wal_checkpoint(truncate)
