-- Of what was quarantined here only the line and the reason stay.
update quarantine
set path = null, detail = ''
where landing = $1 and line = $2
