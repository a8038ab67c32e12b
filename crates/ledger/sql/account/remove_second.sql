-- Forget the seed of this person.
delete from account_second
where actor = $1
