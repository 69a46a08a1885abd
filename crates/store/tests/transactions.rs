//! Transactions on both engines: undone whole, shared commits, panics, conflicts, and migrations that are not ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::db::{Migration, Statement, Store, Value};
use store::{Fault, Location, Tx};

const TABLES: &[Migration] =
    &[Migration { number: 1, name: "one", sql: "CREATE TABLE counters (id BIGINT PRIMARY KEY, n BIGINT NOT NULL, note TEXT)" }];
const PUT: Statement = Statement("INSERT INTO counters (id, n, note) VALUES ($1, $2, $3)");
const ADD: Statement = Statement("UPDATE counters SET n = n + $1 WHERE id = $2");
const GET: Statement = Statement("SELECT n, note FROM counters WHERE id = $1");
const SUM: Statement = Statement("SELECT CAST(SUM(n) AS BIGINT), COUNT(*) FROM counters");
const ALL: Statement = Statement("SELECT id FROM counters ORDER BY id");

#[derive(Debug)]
enum Why {
    Refused,
    Fault(Fault),
}

impl From<Fault> for Why {
    fn from(fault: Fault) -> Why {
        Why::Fault(fault)
    }
}

fn on_each(test: impl Fn(&Store, &Location)) {
    let folder = tempfile::tempdir().unwrap();
    let mut places: Vec<(Location, Option<testkit::Database>)> =
        vec![(Location::Memory, None), (Location::file(folder.path().join("a.db")), None)];
    if let Some(database) = testkit::Database::new() {
        places.push((database.location(), Some(database)));
    }
    for (location, _database) in places {
        let store = Store::open(&location, TABLES).unwrap();
        test(&store, &location);
    }
}

fn put(tx: &mut Tx<'_>, id: i64, n: i64) -> Result<(), Fault> {
    tx.execute(PUT, &[Value::Int(id), Value::Int(n), Value::Null]).map(|_| ())
}

fn sum(store: &Store) -> (i64, i64) {
    store.read(|tx| Ok::<_, Fault>(tx.one(SUM, &[], |row| Ok((row.int_opt(0)?.unwrap_or(0), row.int(1)?)))?.unwrap())).unwrap()
}

#[test]
fn a_refused_operation_leaves_nothing() {
    on_each(|store, _| {
        let refused = store.write(|tx| {
            put(tx, 1, 10)?;
            Err::<(), Why>(Why::Refused)
        });
        assert!(matches!(refused, Err(Why::Refused)));
        assert_eq!(sum(store), (0, 0));
    });
}

#[test]
fn panics_and_refusals_do_not_touch_their_neighbours() {
    on_each(|store, _| {
        let done = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for thread in 0..20_i64 {
                let (store, done) = (store, &done);
                scope.spawn(move || {
                    for n in 0..25_i64 {
                        let id = thread * 100 + n;
                        let result = store.write(move |tx| {
                            put(tx, id, 1)?;
                            match id % 10 {
                                3 => Err(Why::Refused),
                                7 => panic!("on purpose"),
                                _ => Ok(()),
                            }
                        });
                        match result {
                            Ok(()) => {
                                done.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(Why::Refused) => assert_eq!(id % 10, 3),
                            Err(Why::Fault(Fault::Panic(text))) => assert_eq!((id % 10, text.as_str()), (7, "on purpose")),
                            Err(Why::Fault(other)) => panic!("{other}"),
                        }
                    }
                });
            }
        });
        let done = i64::try_from(done.into_inner()).unwrap();
        assert_eq!(sum(store), (done, done));
        assert!(done > 300);
    });
}

#[test]
fn concurrent_increments_are_all_kept() {
    on_each(|store, _| {
        store.write(|tx| put(tx, 1, 0)).unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                let (store, runs) = (store, runs.clone());
                scope.spawn(move || {
                    for _ in 0..20 {
                        let runs = runs.clone();
                        store
                            .write(move |tx| {
                                runs.fetch_add(1, Ordering::Relaxed);
                                let before = tx.one(GET, &[Value::Int(1)], |row| row.int(0))?.unwrap();
                                tx.execute(ADD, &[Value::Int(1), Value::Int(1)])?;
                                let after = tx.one(GET, &[Value::Int(1)], |row| row.int(0))?.unwrap();
                                assert_eq!(after, before + 1);
                                Ok::<_, Fault>(())
                            })
                            .unwrap();
                    }
                });
            }
        });
        assert_eq!(sum(store).0, 160);
        assert!(runs.load(Ordering::Relaxed) >= 160);
    });
}

#[test]
fn rows_stream_in_order_and_values_come_back() {
    on_each(|store, _| {
        store
            .write(|tx| {
                for id in 0..500 {
                    put(tx, id, id)?;
                }
                tx.execute(PUT, &[Value::Int(1_000), Value::Int(i64::MAX), Value::Text("한국 '\"; --\u{1F600}")])?;
                Ok::<_, Fault>(())
            })
            .unwrap();
        let ids = store
            .read(|tx| {
                let mut ids = Vec::new();
                tx.each(ALL, &[], |row| {
                    ids.push(row.int(0)?);
                    Ok(())
                })?;
                Ok::<_, Fault>(ids)
            })
            .unwrap();
        assert_eq!(ids.len(), 501);
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        let row = store.read(|tx| tx.one(GET, &[Value::Int(1_000)], |row| Ok((row.int(0)?, row.text_opt(1)?)))).unwrap();
        assert_eq!(row, Some((i64::MAX, Some("한국 '\"; --\u{1F600}".to_owned()))));
        let none = store.read(|tx| tx.one(GET, &[Value::Int(2_000)], |row| row.int(0))).unwrap();
        assert_eq!(none, None);
    });
}

#[test]
fn what_was_committed_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::file(folder.path().join("a.db"));
    let store = Store::open(&location, TABLES).unwrap();
    store.write(|tx| put(tx, 1, 42)).unwrap();
    drop(store);
    assert_eq!(sum(&Store::open(&location, TABLES).unwrap()), (42, 1));
}

#[test]
fn a_store_of_another_program_is_refused() {
    const NEWER: &[Migration] = &[TABLES[0], Migration { number: 2, name: "two", sql: "CREATE TABLE more (id BIGINT PRIMARY KEY)" }];
    const OTHER: &[Migration] = &[Migration { number: 1, name: "one", sql: "CREATE TABLE counters (id BIGINT PRIMARY KEY)" }];
    let folder = tempfile::tempdir().unwrap();
    let database = testkit::Database::new();
    let mut places = vec![Location::file(folder.path().join("a.db"))];
    places.extend(database.iter().map(testkit::Database::location));
    for location in places {
        drop(Store::open(&location, NEWER).unwrap());
        let older = Store::open(&location, TABLES).err().expect("an older program").to_string();
        assert!(older.contains("newer than this program"), "{older}");
        let other = Store::open(&location, OTHER).err().expect("another program").to_string();
        assert!(other.contains("not the one this program was built with"), "{other}");
    }
}

#[test]
fn a_broken_migration_changes_nothing() {
    const BROKEN: &[Migration] =
        &[TABLES[0], Migration { number: 2, name: "broken", sql: "CREATE TABLE more (id BIGINT PRIMARY KEY); CREATE NONSENSE" }];
    let folder = tempfile::tempdir().unwrap();
    let location = Location::file(folder.path().join("a.db"));
    assert!(Store::open(&location, BROKEN).is_err());
    drop(Store::open(&location, TABLES).expect("the first step was undone with the second, and is applied again"));
}

#[test]
fn lost_connections_are_replaced_and_nothing_is_counted_twice() {
    let Some(database) = testkit::Database::new() else {
        eprintln!("skipped: DOMESDAY_TEST_POSTGRES names no server");
        return;
    };
    let store = Store::open(&database.location(), TABLES).unwrap();
    store.write(|tx| put(tx, 1, 0)).unwrap();
    let Location::Postgres(url) = database.location() else { panic!("a PostgreSQL database has a URL") };
    let (done, unknown) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..60 {
                        match store.write(|tx| tx.execute(ADD, &[Value::Int(1), Value::Int(1)])) {
                            Ok(_) => done.fetch_add(1, Ordering::Relaxed),
                            // The connection was cut while committing: only the database knows.
                            Err(Fault::CommitUnknown(_)) => unknown.fetch_add(1, Ordering::Relaxed),
                            Err(other) => panic!("{other}"),
                        };
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            for _ in 0..10 {
                std::thread::sleep(std::time::Duration::from_millis(15));
                let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'domesday'";
                client.execute(cut, &[]).unwrap();
            }
        });
        for worker in workers {
            worker.join().unwrap();
        }
    });
    let counted = sum(&store).0;
    let (done, unknown) = (done.into_inner() as i64, unknown.into_inner() as i64);
    assert_eq!(done + unknown, 240);
    assert!((done..=done + unknown).contains(&counted), "{counted} counted, {done} acknowledged, {unknown} unknown");
}
