-- Pulls that were running when their process died are interrupted.
update pull
set outcome = 'interrupted', ended_us = $1
where outcome = 'running'
