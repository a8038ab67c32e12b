-- This transaction waits for the other one, however long that takes.
set local idle_in_transaction_session_timeout = 0
