-- Record a study, or change what it is called.
insert into study (id, title_ja, title_en, recorded_by, recorded_us)
values ($1, $2, $3, $4, $5)
on conflict (id) do update
set title_ja = excluded.title_ja,
    title_en = excluded.title_en
