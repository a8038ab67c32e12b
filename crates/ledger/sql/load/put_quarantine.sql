-- What was not taken, and why.
insert into quarantine (load, position, landing, file_name, line, code, path, detail)
-- rows
