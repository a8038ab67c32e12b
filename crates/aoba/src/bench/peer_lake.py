"""What the scripts that ask DuckDB of a lake share: the files of a Delta table, which it cannot find
without an extension, and how figures are told."""
import json
import resource
import sys
import urllib.parse

import duckdb


def files_of(table):
    """The files of the newest version of a Delta table, by its log."""
    log = table / "_delta_log"
    files, since = set(), -1
    pointer = log / "_last_checkpoint"
    if pointer.exists():
        told = json.loads(pointer.read_text())
        if "parts" in told:
            sys.exit(f"{table}: a checkpoint in parts is not read here")
        since = told["version"]
        name = str(log / f"{since:020}.checkpoint.parquet")
        rows = duckdb.sql(f'SELECT to_json("add") FROM read_parquet(\'{name}\') WHERE "add" IS NOT NULL')
        for (row,) in rows.fetchall():
            add_file(files, table, json.loads(row))
    for version in sorted(log.glob("*.json")):
        if not version.stem.isdigit() or int(version.stem) <= since:
            continue
        for line in version.read_text().splitlines():
            action = json.loads(line)
            if "remove" in action:
                files.discard(urllib.parse.unquote(action["remove"]["path"]))
            if "add" in action:
                add_file(files, table, action["add"])
    return [str(table / name) for name in sorted(files)]


def add_file(files, table, add):
    if add.get("deletionVector"):
        # The mark is in a file of its own that DuckDB alone cannot read: it sees some rows more.
        print(f"{table.name}: {add['path']} has deleted rows, which are read", file=sys.stderr)
    files.add(urllib.parse.unquote(add["path"]))


def tell(questions):
    """Prints one JSON object: version, peak memory, and what was told of each question."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "version": duckdb.__version__,
        "peak_rss_bytes": usage.ru_maxrss * 1024,
        "questions": questions,
    }
    print(json.dumps(told))
