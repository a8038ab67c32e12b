-- Which studies are there?
select id, title_ja, title_en, recorded_by, recorded_us
from study
order by id
