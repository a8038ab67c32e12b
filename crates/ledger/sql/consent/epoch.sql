-- Which state of consents is this?
select number
from consent_epoch
