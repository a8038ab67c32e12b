-- Keep a concept set; what a name and a version mean never changes.
insert into concept_set (name, version, sha256, codes, saved_by, saved_us)
values ($1, $2, $3, $4, $5, $6)
on conflict (name, version) do nothing
