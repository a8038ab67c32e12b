"""Compares the cells of three engines on one view, in DuckDB: multisets of rows, both ways.

Usage: compare_cells.py OURS.parquet DUCKDB.parquet PYSOF.ndjson-or-dash DECIMALS…
DECIMALS are the columns that hold numbers as text in one engine and as doubles in another: they
are compared as doubles to nine decimal places; every other cell must be the same text.
Prints one JSON object: rows of each and how many differ each way.
"""
import json
import sys

import duckdb


def main():
    ours, theirs, pysof, decimals = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    connection = duckdb.connect()
    described = connection.execute(f"DESCRIBE SELECT * FROM '{ours}'").fetchall()
    names = [row[0] for row in described]

    def cells(source):
        columns = [
            f'round(CAST("{name}" AS DOUBLE), 9)' if name in decimals else f'CAST("{name}" AS VARCHAR)'
            for name in names
        ]
        return f"SELECT {', '.join(columns)} FROM {source}"

    def difference(left, right):
        query = f"SELECT count(*) FROM (({cells(left)}) EXCEPT ALL ({cells(right)}))"
        return connection.execute(query).fetchone()[0]

    ours, theirs = f"'{ours}'", f"'{theirs}'"
    told = {
        "rows": connection.execute(f"SELECT count(*) FROM {ours}").fetchone()[0],
        "only_aoba": difference(ours, theirs),
        "only_duckdb": difference(theirs, ours),
    }
    if pysof != "-":
        ids = f"(SELECT * FROM {ours} WHERE id IN (SELECT DISTINCT id FROM sof))"
        schema = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
        connection.execute(
            f"CREATE TABLE sof AS SELECT * FROM read_json('{pysof}', "
            f"format = 'newline_delimited', columns = {{{schema}}})"
        )
        told["pysof_rows"] = connection.execute("SELECT count(*) FROM sof").fetchone()[0]
        told["only_aoba_against_pysof"] = difference(ids, "sof")
        told["only_pysof"] = difference("sof", ids)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
