"""Counts the rows of every Delta table in a folder, once per engine, and prints them as JSON.

Usage: count.py LAKE-FOLDER. The answer is {engine: {table: {"rows": n, "nobody": n, "columns": n}}}:
"nobody" counts the rows whose patient cannot be told, in a table that is about patients; the gate
shows those to no one. An engine that fails on a table answers {"error": text} there, so that one
failure hides nothing else.
"""

import json
import pathlib
import sys
import urllib.parse
import urllib.request

import deltalake
import duckdb
import polars
import pyarrow


COUNT = "select count(*) as rows, count(patient_id) as named from rows_of_table"


def by_delta_rs(path):
    """By its own engine, which knows rows that are marked as deleted; its way through Arrow does not."""
    table = deltalake.DeltaTable(str(path))
    counted = deltalake.QueryBuilder().register("rows_of_table", table).execute(COUNT)
    rows, named = (column[0].as_py() for column in pyarrow.table(counted.read_all()).columns)
    return rows, rows - named, len(table.schema().fields)


def by_polars(path):
    frame = polars.scan_delta(str(path)).collect()
    return frame.height, frame["patient_id"].null_count(), frame.width


def duckdb_reader():
    """DuckDB's own Delta reader where its extension can be had, else the files that the log names."""
    connection = duckdb.connect()
    try:
        connection.execute("install delta; load delta;")
    except duckdb.Error:
        print("NOTE: DuckDB's delta extension is out of reach; it reads the files the log names", file=sys.stderr)
        return lambda path: read_files(connection, path)
    return lambda path: shape(connection.sql(f"from delta_scan('{path}')"))


def read_files(connection, path):
    """The rows of the files that the log names, but for those it marks as deleted."""
    table = deltalake.DeltaTable(str(path))
    files = table.file_uris()
    if not files:
        return 0, 0, len(table.schema().fields)
    left = connection.read_parquet(files, hive_partitioning=False)
    rows, nobody, columns = shape(left)
    for file, keeps in marks(table):
        gone = [row for row, keep in enumerate(keeps) if not keep]
        one = connection.read_parquet(file, hive_partitioning=False, file_row_number=True)
        counted = one.filter(f"file_row_number in {tuple(gone) + (-1,)}").aggregate("count(*), count(patient_id)")
        all_gone, named = counted.fetchall()[0]
        rows, nobody = rows - all_gone, nobody - (all_gone - named)
    return rows, nobody, columns


def marks(table):
    """Each file some of whose rows are marked, and which of its rows stay."""
    found = pyarrow.table(table.deletion_vectors()).to_pylist()
    return [(urllib.request.url2pathname(urllib.parse.urlparse(row["filepath"]).path), row["selection_vector"]) for row in found]


def shape(relation):
    counted = relation.aggregate("count(*) as rows, count(patient_id) as named").fetchall()
    rows, named = counted[0]
    return rows, rows - named, len(relation.columns)


def counted(engine, path):
    try:
        rows, nobody, columns = engine(path)
        about = deltalake.DeltaTable(str(path)).metadata().configuration["aoba.about"]
    except Exception as error:  # each engine has its own kinds; the text is what a person needs
        return {"error": f"{type(error).__name__}: {error}"[:500]}
    return {"rows": rows, "nobody": nobody if about == "patient-key" else 0, "columns": columns}


lake = pathlib.Path(sys.argv[1])
tables = sorted(path.parent for path in lake.glob("*/_delta_log"))
engines = {"delta-rs": by_delta_rs, "DuckDB": duckdb_reader(), "Polars": by_polars}
print(json.dumps({name: {path.name: counted(engine, path) for path in tables} for name, engine in engines.items()}))
