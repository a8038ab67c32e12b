//! Several writers at one table at once: one of them commits, and the others are told.

use futures::future::join_all;

use super::{House, ROWS};
use crate::TableError;
use crate::delta::{Change, DataFile, Mode, Occasion};

#[tokio::test(flavor = "multi_thread")]
async fn of_several_writers_at_one_table_one_commits_and_the_others_are_told() {
    const WRITERS: usize = 4;
    let house = House::new().await;
    house.load(1, &ROWS).await.unwrap();
    // Each writer is a program of its own.
    let lakes: Vec<_> = (0..WRITERS).map(|_| house.reopened()).collect();
    for round in 0..5 {
        let before = lakes[0].inner.tables.open("observation", None).await.unwrap().unwrap();
        let commits = lakes.iter().enumerate().map(|(writer, lake)| {
            let before = before.clone();
            async move {
                let at = lake.inner.tables.open("observation", Some(before.version)).await;
                let path = format!("part-{round}-{writer}.parquet");
                let file = DataFile { path, size_bytes: 1, rows: 1, patients: None, deleted: None };
                let change = Change { add: vec![file.clone()], remove: Vec::new() };
                let occasion = Occasion { mode: Mode::Load, at_ms: 1 };
                let tables = &lake.inner.tables;
                let done = tables.commit(&at.unwrap().unwrap(), None, &change, occasion).await;
                (file, done.map(|after| after.version))
            }
        });
        let done = join_all(commits).await;
        let (won, lost): (Vec<_>, Vec<_>) = done.into_iter().partition(|(_, done)| done.is_ok());
        assert_eq!((won.len(), lost.len()), (1, WRITERS - 1), "{lost:?}");
        assert!(lost.iter().all(|(_, error)| matches!(error, Err(TableError::Delta { .. }))));
        let after = house.reopened().inner.tables.open("observation", None).await;
        let after = after.unwrap().unwrap();
        assert_eq!(after.version, before.version + 1);
        assert_eq!(after.files.len(), before.files.len() + 1);
        assert!(after.files.contains(&won[0].0), "the commit of who was told so");
    }
}
