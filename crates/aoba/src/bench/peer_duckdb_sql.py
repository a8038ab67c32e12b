"""DuckDB on questions in SQL, over the Parquet files of a lake.

Usage: peer_duckdb_sql.py LAKE VIEWS.json QUESTIONS.json THREADS RUNS
VIEWS gives for each name the table of the lake and the query over it; QUESTIONS are name and text.
Every question is asked once more than RUNS times: the first is not counted, and the middle of the
others is told. Prints one JSON object: version, peak memory, and of each question its seconds and
its rows.
"""
import json
import pathlib
import statistics
import sys
import time

import duckdb
from peer_lake import files_of, tell


def plain(value):
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


def main():
    lake, views, questions, threads, runs = sys.argv[1:6]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}; CREATE SCHEMA lake")
    for name, (table, query) in json.loads(pathlib.Path(views).read_text()).items():
        names = files_of(pathlib.Path(lake) / table)
        connection.execute(
            f"CREATE VIEW lake.{table} AS SELECT * FROM read_parquet({names!r}, union_by_name = true)"
        )
        connection.execute(f"CREATE VIEW main.{name} AS {query.replace('{table}', 'lake.' + table)}")
    told = {}
    for name, query in json.loads(pathlib.Path(questions).read_text()).items():
        times = []
        for _ in range(int(runs) + 1):
            began = time.perf_counter()
            found = connection.execute(query)
            columns = [column[0] for column in found.description]
            rows = found.fetchall()
            times.append(time.perf_counter() - began)
        told[name] = {
            "seconds": statistics.median(times[1:]),
            "rows": [dict(zip(columns, map(plain, row))) for row in rows],
        }
    tell(told)


if __name__ == "__main__":
    main()
