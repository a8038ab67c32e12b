-- Is the database file whole? (SQLite; PostgreSQL checks its pages itself.)
pragma integrity_check
