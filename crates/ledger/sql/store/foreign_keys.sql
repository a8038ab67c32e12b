-- Does every row's parent exist? (SQLite; PostgreSQL never lets one be missing.)
pragma foreign_key_check
