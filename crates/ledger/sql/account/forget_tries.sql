-- Forget the tries of earlier days.
delete from account_try
where day < $1
