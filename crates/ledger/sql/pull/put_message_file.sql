-- A file of the server's messages was kept.
insert into pull_message_file (pull, landing)
values ($1, $2)
on conflict (pull, landing) do nothing
