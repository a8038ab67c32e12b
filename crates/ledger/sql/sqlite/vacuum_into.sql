-- A copy of the whole database as of now, in a file that is empty or not there. (SQLite)
vacuum into $1
