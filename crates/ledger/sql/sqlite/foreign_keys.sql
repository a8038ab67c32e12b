-- Does every row's parent exist? (PostgreSQL never lets one be missing.)
pragma foreign_key_check
