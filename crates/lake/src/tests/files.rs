//! One table as one file, in every format.

use arrow_array::RecordBatch;

use super::{ROWS, batch};
use crate::file::{Effort, Encoder, Format, TableFile};

fn written(format: Format, batches: &[RecordBatch]) -> Vec<u8> {
    let schema = batch(&ROWS).schema();
    let mut file = TableFile::create(Vec::new(), format, Effort::Fast, &schema).unwrap();
    for batch in batches {
        file.write(batch).unwrap();
    }
    file.finish().unwrap()
}

fn read_parquet(bytes: Vec<u8>) -> Vec<RecordBatch> {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    reader.build().unwrap().map(|batch| batch.unwrap()).collect()
}

#[test]
fn parquet_reads_back_the_same_rows_in_order() {
    let rows = batch(&ROWS);
    let back = read_parquet(written(Format::Parquet, &[rows.clone(), rows.slice(2, 3)]));
    let expect = [rows.clone(), rows.slice(2, 3)];
    assert_eq!(super::lines(&back), super::lines(&expect));
}

#[test]
fn groups_encoded_on_other_threads_make_the_same_bytes() {
    let rows = batch(&ROWS);
    let encoder = Encoder::new(Format::Parquet, Effort::Fast);
    let parts: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|at| {
                let part = rows.slice(at, 2);
                scope.spawn(move || encoder.encode(&part).unwrap())
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let mut file =
        TableFile::create(Vec::new(), Format::Parquet, Effort::Fast, &rows.schema()).unwrap();
    for part in parts {
        file.append(part).unwrap();
    }
    let alone: Vec<_> = (0..4).map(|at| rows.slice(at, 2)).collect();
    assert_eq!(file.finish().unwrap(), written(Format::Parquet, &alone));
}

#[test]
fn text_formats_write_every_column_and_lists_as_json() {
    let one = batch(&ROWS).slice(0, 1);
    let csv = String::from_utf8(written(Format::Csv, std::slice::from_ref(&one))).unwrap();
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "patient_id,resource_key,version,last_updated,line,code,value,effective_day,tags"
    );
    assert_eq!(lines[1], "3,a,1,,1,718-7,12.5,2024-10-05,\"[\"\"718-7\"\",null]\"");
    let ndjson = String::from_utf8(written(Format::Ndjson, std::slice::from_ref(&one))).unwrap();
    assert!(ndjson.starts_with("{\"patient_id\":3,") && ndjson.contains("\"last_updated\":null"));
    let json = String::from_utf8(written(Format::Json, &[one.clone(), one])).unwrap();
    let array: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(array.as_array().unwrap().len(), 2);
}

#[test]
fn a_file_without_rows_is_a_file_all_the_same() {
    for (format, expect) in [(Format::Ndjson, ""), (Format::Json, "[]\n")] {
        assert_eq!(String::from_utf8(written(format, &[])).unwrap(), expect);
    }
    assert_eq!(read_parquet(written(Format::Parquet, &[])).len(), 0);
    assert!(String::from_utf8(written(Format::Csv, &[])).unwrap().starts_with("patient_id,"));
    let arrow = written(Format::Arrow, &[batch(&ROWS)]);
    let reader =
        arrow::ipc::reader::FileReader::try_new(std::io::Cursor::new(arrow), None).unwrap();
    assert_eq!(reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 6);
}
