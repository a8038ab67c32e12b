-- Which files of servers' messages are kept?
select distinct landing
from pull_message_file
order by landing
