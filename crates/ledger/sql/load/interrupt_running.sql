-- Loads that were running when their process died are interrupted.
update load
set outcome = 'interrupted', ended_us = $1
where outcome = 'running'
