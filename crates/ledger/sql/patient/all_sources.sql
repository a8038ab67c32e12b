-- Which sources have sent anything?
select source from landing
union
select source from patient
order by source
