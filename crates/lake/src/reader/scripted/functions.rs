//! The two functions by which a sample is drawn, as other engines have them.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{ArrayRef, BinaryArray, StringArray};
use arrow_schema::DataType;
use datafusion::common::{DataFusionError, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use sha2::{Digest as _, Sha256};

/// `sha256(text)` gives bytes, `encode(bytes, 'hex')` writes them.
pub(super) fn of_samples() -> [Arc<ScalarUDF>; 2] {
    let sha256 = create_udf(
        "sha256",
        vec![DataType::Utf8],
        DataType::Binary,
        Volatility::Immutable,
        Arc::new(sha256),
    );
    let encode = create_udf(
        "encode",
        vec![DataType::Binary, DataType::Utf8],
        DataType::Utf8,
        Volatility::Immutable,
        Arc::new(encode),
    );
    [Arc::new(sha256), Arc::new(encode)]
}

fn sha256(arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let [text] = arguments else { return exec_err!("sha256 takes a text") };
    let texts = rows_of(text)?;
    let texts = texts.as_string::<i32>();
    let hashed: BinaryArray =
        texts.iter().map(|text| text.map(|text| Sha256::digest(text.as_bytes()))).collect();
    Ok(ColumnarValue::Array(Arc::new(hashed)))
}

fn encode(arguments: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let [bytes, _] = arguments else {
        return exec_err!("encode takes bytes and a way to write them");
    };
    let bytes = rows_of(bytes)?;
    let written: StringArray =
        bytes.as_binary::<i32>().iter().map(|bytes| bytes.map(hexadecimal)).collect();
    Ok(ColumnarValue::Array(Arc::new(written)))
}

fn rows_of(value: &ColumnarValue) -> Result<ArrayRef, DataFusionError> {
    match value {
        ColumnarValue::Array(rows) => Ok(Arc::clone(rows)),
        ColumnarValue::Scalar(one) => one.to_array(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
