-- What is acknowledged must outlive a power cut, whatever the role's own setting is.
select set_config('synchronous_commit', 'on', false)
where current_setting('synchronous_commit') = 'off'
