-- Beside an earlier ledger, today's. (SQLite)
attach database $1 as later
