-- Words that tell of somebody go.
update quarantine
set path = case when path = $1 then null else path end,
    detail = case when detail = $1 then '' else detail end
where path = $1 or detail = $1
