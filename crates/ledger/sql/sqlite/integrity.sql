-- Is the database file whole? (PostgreSQL checks its pages itself.)
pragma integrity_check
