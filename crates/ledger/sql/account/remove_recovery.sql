-- Forget the recovery codes of this person.
delete from account_recovery
where actor = $1
