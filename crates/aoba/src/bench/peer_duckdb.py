"""DuckDB on the five views of `aoba bench view`: NDJSON to Parquet (zstd), as its users would write it.

Usage: peer_duckdb.py VIEW INPUT.ndjson OUTPUT.parquet THREADS
Prints one JSON object: wall and processor seconds of the copy alone (start-up and import not
counted), peak memory, rows, version.
"""
import json
import resource
import sys
import time

import duckdb

CODING = "STRUCT(system VARCHAR, code VARCHAR, display VARCHAR)"
CONCEPT = f"STRUCT(coding {CODING}[], text VARCHAR)"
REFERENCE = "STRUCT(reference VARCHAR)"
QUANTITY = "STRUCT(value DOUBLE, unit VARCHAR)"
EXTENSION = (
    "STRUCT(url VARCHAR, valueCode VARCHAR, "
    f"extension STRUCT(url VARCHAR, valueCoding {CODING})[])[]"
)


def key(column, resource_type):
    """The id in a relative reference of one type."""
    return (
        f"CASE WHEN {column}.reference LIKE '{resource_type}/%' "
        f"THEN split_part({column}.reference, '/', 2) END"
    )


def first_extension(column, url):
    return f"list_filter({column}, lambda e: e.url = '{url}')[1]"


US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
VIEWS = {
    "patient": (
        {
            "id": "VARCHAR",
            "identifier": f"STRUCT(type {CONCEPT}, value VARCHAR)[]",
            "name": 'STRUCT("use" VARCHAR, family VARCHAR, given VARCHAR[])[]',
            "gender": "VARCHAR",
            "birthDate": "VARCHAR",
            "deceasedDateTime": "VARCHAR",
            "maritalStatus": CONCEPT,
            "address": "STRUCT(city VARCHAR, state VARCHAR, postalCode VARCHAR)[]",
            "extension": EXTENSION,
        },
        f"""SELECT id,
            list_filter(identifier,
                lambda i: list_contains(list_transform(i.type.coding, lambda c: c.code), 'MR')
            )[1].value AS mrn,
            list_filter(name, lambda n: n.use = 'official')[1].family AS family,
            list_filter(name, lambda n: n.use = 'official')[1].given[1] AS given,
            gender, birthDate AS birth_date, deceasedDateTime AS deceased,
            maritalStatus.coding[1].code AS marital,
            address[1].city AS city, address[1].state AS state,
            address[1].postalCode AS postal_code,
            {first_extension('extension', US_CORE + '/us-core-birthsex')}.valueCode AS birth_sex,
            list_filter({first_extension('extension', US_CORE + '/us-core-race')}.extension,
                lambda e: e.url = 'ombCategory')[1].valueCoding.code AS race
        FROM src""",
    ),
    "condition": (
        {
            "id": "VARCHAR",
            "subject": REFERENCE,
            "encounter": REFERENCE,
            "clinicalStatus": CONCEPT,
            "verificationStatus": CONCEPT,
            "onsetDateTime": "VARCHAR",
            "abatementDateTime": "VARCHAR",
            "recordedDate": "VARCHAR",
            "code": CONCEPT,
        },
        f"""SELECT id, {key('subject', 'Patient')} AS patient_id,
            {key('encounter', 'Encounter')} AS encounter_id,
            clinicalStatus.coding[1].code AS clinical_status,
            verificationStatus.coding[1].code AS verification_status,
            onsetDateTime AS onset, abatementDateTime AS abatement, recordedDate AS recorded,
            coding.system AS code_system, coding.code AS code, coding.display AS code_display
        FROM src LEFT JOIN unnest(code.coding) AS u(coding) ON true""",
    ),
    "observation": (
        {
            "id": "VARCHAR",
            "status": "VARCHAR",
            "category": CONCEPT + "[]",
            "code": CONCEPT,
            "subject": REFERENCE,
            "encounter": REFERENCE,
            "effectiveDateTime": "VARCHAR",
            "issued": "VARCHAR",
            "valueQuantity": QUANTITY,
            "valueCodeableConcept": CONCEPT,
            "valueString": "VARCHAR",
            "component": f"STRUCT(code {CONCEPT}, valueQuantity {QUANTITY})[]",
        },
        f"""SELECT id, status, category[1].coding[1].code AS category,
            code.coding[1].system AS code_system, code.coding[1].code AS code,
            code.coding[1].display AS code_display,
            {key('subject', 'Patient')} AS patient_id,
            {key('encounter', 'Encounter')} AS encounter_id,
            effectiveDateTime AS effective, issued,
            valueQuantity.value AS "value", valueQuantity.unit AS value_unit,
            valueCodeableConcept.coding[1].code AS value_code,
            valueCodeableConcept.coding[1].display AS value_display,
            valueString AS value_string,
            part.code.coding[1].code AS comp_code,
            part.code.coding[1].display AS comp_display,
            part.valueQuantity.value AS comp_value, part.valueQuantity.unit AS comp_unit
        FROM src LEFT JOIN unnest(component) AS u(part) ON true""",
    ),
    "encounter": (
        {
            "id": "VARCHAR",
            "status": "VARCHAR",
            "class": CODING,
            "subject": REFERENCE,
            "participant": f"STRUCT(individual {REFERENCE})[]",
            "serviceProvider": REFERENCE,
            "period": 'STRUCT("start" VARCHAR, "end" VARCHAR)',
            "reasonCode": CONCEPT + "[]",
            "type": CONCEPT + "[]",
        },
        f"""SELECT id, status, class.code AS class, {key('subject', 'Patient')} AS patient_id,
            {key('participant[1].individual', 'Practitioner')} AS practitioner_id,
            {key('serviceProvider', 'Organization')} AS organization_id,
            period.start AS "start", period.end AS "end",
            reasonCode[1].coding[1].code AS reason_code,
            reasonCode[1].coding[1].display AS reason_display,
            coding.system AS type_system, coding.code AS type_code, coding.display AS type_display
        FROM src
        LEFT JOIN unnest(flatten(list_transform(type, lambda t: t.coding))) AS u(coding) ON true""",
    ),
    "medicationrequest": (
        {
            "id": "VARCHAR",
            "status": "VARCHAR",
            "intent": "VARCHAR",
            "subject": REFERENCE,
            "encounter": REFERENCE,
            "requester": REFERENCE,
            "authoredOn": "VARCHAR",
            "dosageInstruction": (
                "STRUCT(asNeededBoolean BOOLEAN, "
                "doseAndRate STRUCT(doseQuantity STRUCT(value DOUBLE))[], "
                "timing STRUCT(repeat STRUCT(frequency INTEGER)))[]"
            ),
            "reasonReference": REFERENCE + "[]",
            "medicationCodeableConcept": CONCEPT,
        },
        f"""SELECT id, status, intent, {key('subject', 'Patient')} AS patient_id,
            {key('encounter', 'Encounter')} AS encounter_id,
            {key('requester', 'Practitioner')} AS requester_id, authoredOn AS authored_on,
            dosageInstruction[1].asNeededBoolean AS as_needed,
            dosageInstruction[1].doseAndRate[1].doseQuantity.value AS dose_value,
            dosageInstruction[1].timing.repeat.frequency AS timing_frequency,
            {key('reasonReference[1]', 'Condition')} AS reason_id,
            coding.system AS code_system, coding.code AS code, coding.display AS code_display
        FROM src LEFT JOIN unnest(medicationCodeableConcept.coding) AS u(coding) ON true""",
    ),
}


def main():
    view, source, target, threads = sys.argv[1:5]
    columns, query = VIEWS[view]
    schema = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}; SET preserve_insertion_order = false")
    wall, cpu = time.perf_counter(), time.process_time()
    connection.execute(
        f"COPY (WITH src AS (SELECT * FROM read_json('{source}', format = 'newline_delimited', "
        f"columns = {{{schema}}}, maximum_object_size = 67108864)) {query}) "
        f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
    )
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    rows = connection.execute(f"SELECT count(*) FROM '{target}'").fetchone()[0]
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "version": duckdb.__version__,
                "wall_seconds": wall,
                "cpu_seconds": cpu,
                "peak_rss_bytes": usage.ru_maxrss * 1024,
                "rows": rows,
            }
        )
    )


if __name__ == "__main__":
    main()
