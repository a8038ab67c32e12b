-- Who may be seen has changed.
update consent_epoch
set number = number + 1
