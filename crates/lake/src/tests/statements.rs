//! Only questions are answered, and a wrong one is told what is near.

use super::{House, ROWS};
use crate::{LakeConfig, ReaderError};
use vocab::{Locale, PurposeOfUse};

#[tokio::test(flavor = "multi_thread")]
async fn everything_but_one_question_is_refused() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    let refused = [
        "",
        "create table t as select 1",
        "create external table t stored as parquet location '/etc'",
        "create view v as select * from observation",
        "insert into observation select * from observation",
        "delete from observation",
        "update observation set value = 1",
        "drop table observation",
        "copy observation to '/tmp/x.parquet'",
        "copy (select 1) to '/tmp/x.csv'",
        "explain select * from observation",
        "explain analyze select * from observation",
        "set datafusion.execution.target_partitions = 1",
        "reset datafusion.execution.target_partitions",
        "show tables",
        "show all",
        "describe observation",
        "begin",
        "prepare p as select 1",
        "execute p",
        "select 1; select 2",
        "select * into t from observation",
        "select * from information_schema.tables",
        "select * from '/etc/passwd'",
        "select * from generate_series(1, 3)",
        "select * from read_parquet('x')",
        "select * from parquet_metadata('x')",
        "select input_file_name() from observation",
        "select file_row_index() from observation",
        "select version()",
        "select random()",
        "select arrow_typeof(value) from observation",
    ];
    for sql in refused {
        assert!(reader.sql(sql).await.is_err(), "answered: {sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelt_name_is_told_its_neighbours() {
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    match reader.sql("select 1 from observatoin").await.unwrap_err() {
        ReaderError::UnknownTable { name, near } => {
            assert_eq!((name.as_str(), near[0].as_str()), ("observatoin", "observation"));
        }
        other => panic!("{other:?}"),
    }
    let error = reader.sql("select valeu from observation").await.unwrap_err();
    match &error {
        ReaderError::UnknownColumn { name, near } => {
            assert_eq!((name.as_str(), near[0].as_str()), ("valeu", "value"));
        }
        other => panic!("{other:?}"),
    }
    assert!(error.say(Locale::Ja).contains("列「valeu」はありません"));
    assert!(matches!(reader.sql("selct 1").await, Err(ReaderError::Syntax { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_stops_at_its_limits() {
    let config = LakeConfig { query_rows_max: 4, query_seconds_max: 1, ..LakeConfig::default() };
    let house = House::with(config).await;
    house.load(1, &ROWS).await.unwrap();
    let reader = house.reader(PurposeOfUse::Research).await;
    let many = reader.sql("select * from observation").await;
    assert!(matches!(many, Err(ReaderError::TooManyRows { rows_max: 4 })));
    let endless = (0..16).fold("select count(*) from observation".to_owned(), |sql, n| {
        format!("{sql} cross join observation as o{n}")
    });
    let slow = reader.sql(&endless).await;
    assert!(matches!(slow, Err(ReaderError::TooSlow { seconds_max: 1 })), "{slow:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_load_there_is_no_table() {
    let house = House::new().await;
    let reader = house.reader(PurposeOfUse::Research).await;
    assert_eq!(reader.snapshot(), None);
    assert!(reader.table_counts().await.unwrap().is_empty());
    assert!(matches!(
        reader.sql("select 1 from observation").await,
        Err(ReaderError::UnknownTable { .. })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_room_in_memory_lies_aside_and_nothing_is_left_of_it() {
    const MEMORY: usize = 32 << 20;
    let with = |memory: usize, disk: u64| async move {
        let config = LakeConfig {
            query_memory_bytes_max: memory,
            query_disk_bytes_max: disk,
            threads: 1,
            ..LakeConfig::default()
        };
        let house = House::with(config).await;
        house.load(1, &ROWS).await.unwrap();
        house
    };
    let joins = |count: usize| {
        (0..count).fold(String::new(), |sql, n| format!("{sql} cross join observation as o{n}"))
    };
    let sorted = format!(
        "select count(*) as n, max(place) as last, max(key) as key from (select left(key, 3) as key, \
         row_number() over (order by key, code) as place from (select repeat(o.resource_key || \
         o1.resource_key || o2.resource_key, 100) as key, o3.code as code from observation as o{}))",
        joins(6)
    );
    let house = with(MEMORY, 1 << 30).await;
    // Five of the rows are somebody's.
    assert_eq!(house.ask(&sorted).await, ["78125,78125,eee"]);
    let left: Vec<_> = std::fs::read_dir(house.folder.path().join("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");

    let failing = |house: House| {
        let sorted = sorted.clone();
        async move { house.reader(PurposeOfUse::Research).await.sql(&sorted).await.unwrap_err() }
    };
    let error = failing(with(MEMORY, 0).await).await;
    assert!(matches!(error, ReaderError::TooMuchMemory { bytes_max: MEMORY }), "{error:?}");
    let error = failing(with(MEMORY, 100_000).await).await;
    assert!(matches!(error, ReaderError::TooMuchDisk { bytes_max: 100_000 }), "{error:?}");
    assert!(error.to_string().contains("lake.query_disk_bytes_max"));
}
