-- What did the server say about this pull?
select severity, code, message_count
from pull_message
where pull = $1
order by position
