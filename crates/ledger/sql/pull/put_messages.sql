-- What the server said about a pull.
insert into pull_message (pull, position, severity, code, message_count)
-- rows
