-- Which texts of the ledger may tell of somebody: names of files, places and details of issues,
-- failures?
select name as words from landing
union
select name from load_file
union
select file_name from quarantine
union
select path from quarantine where path is not null
union
select detail from quarantine
union
select detail from load_warning
union
select path from load_warning where path is not null
union
select first_file from load_warning where first_file is not null
union
select failure from load where failure is not null
order by words
