-- Which database is this, and how does it keep what it acknowledged?
select
    cast(current_schema() as text),
    current_setting('server_version'),
    current_setting('server_encoding'),
    current_setting('fsync'),
    current_setting('full_page_writes'),
    current_setting('server_version_num')
