"""DuckDB on the library's phenotypes, written by hand as SQL over the Parquet files of the lake.

Usage: peer_duckdb_cohorts.py LAKE VIEWS.sql QUESTIONS.sql THREADS RUNS
Every question is asked RUNS times and the fastest counts. Prints one JSON object: version, peak
memory, and of each question its seconds and the patients found; progress goes to standard error.
"""
import pathlib
import sys
import time

import duckdb
from peer_lake import files_of, tell

TABLES = [
    "condition",
    "encounter",
    "medication_administration",
    "medication_dispense",
    "medication_request",
    "observation",
    "patient",
    "procedure",
]


def main():
    lake, views, questions, threads, runs = sys.argv[1:6]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    for table in TABLES:
        names = files_of(pathlib.Path(lake) / table)
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({names!r})")
    connection.execute(pathlib.Path(views).read_text())
    told = {}
    for part in pathlib.Path(questions).read_text().split("-- question: ")[1:]:
        name, query = part.split("\n", 1)
        name, times = name.strip(), []
        for _ in range(int(runs)):
            began = time.perf_counter()
            rows = connection.execute(query).fetchall()
            times.append(time.perf_counter() - began)
        patients = sorted({patient for (patient,) in rows})
        told[name] = {"seconds": min(times), "patients": patients}
        print(f"DuckDB {min(times):8.2f} s  {len(patients):>7}  {name}", file=sys.stderr, flush=True)
    tell(told)


if __name__ == "__main__":
    main()
