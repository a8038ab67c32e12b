-- What was taken with something worth a look.
insert into load_warning (load, position, code, path, detail, case_count, first_file, first_line)
-- rows
