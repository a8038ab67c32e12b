-- What is this study called?
select id, title_ja, title_en, recorded_by, recorded_us
from study
where id = $1
