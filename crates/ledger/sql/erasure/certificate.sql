-- What certifies this erasure?
select certificate
from erasure
where id = $1
