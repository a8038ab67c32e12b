"""pysof (Helios) on a ViewDefinition: NDJSON to NDJSON, its only streaming output.

Usage: peer_pysof.py VIEW.json INPUT.ndjson OUTPUT.ndjson
Prints one JSON object: wall and processor seconds of the run alone, peak memory, rows, version.
"""
import importlib.metadata
import json
import resource
import sys
import time

import pysof


def main():
    view, source, target = sys.argv[1:4]
    with open(view, encoding="utf-8") as file:
        definition = json.load(file)
    wall, cpu = time.perf_counter(), time.process_time()
    told = pysof.process_ndjson_to_file(definition, source, target, "ndjson")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "version": importlib.metadata.version("pysof"),
                "wall_seconds": wall,
                "cpu_seconds": cpu,
                "peak_rss_bytes": usage.ru_maxrss * 1024,
                "rows": told["output_rows"],
            }
        )
    )


if __name__ == "__main__":
    main()
