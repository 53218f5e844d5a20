"""The run ledger, and the execution of a run's units.

`ledger.Ledger` says which process makes which (job, period), how far it came, and who took it over. sqlalchemy and
psycopg are imported in this room alone, and only by `ledger` and what stands behind it: `states`, `record` and
`holder` are plain values.
"""
