//! How fast it is, told and not judged: `cargo test --release -p registry --test embedded -- --ignored --nocapture bench`.

use crate::support::*;
use std::sync::Arc;
use std::time::Instant;

const THREADS: usize = 32;
const EACH: usize = 400;

/// Runs `EACH` commands on each of `THREADS` connections and prints the rate.
fn measure(what: &str, world: &World, make: impl Fn(usize, usize) -> epp::Command + Send + Sync) {
    let make = Arc::new(make);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let make = make.clone();
            scope.spawn(move || {
                let mut session = world.us().session;
                for n in 0..EACH {
                    let frame = epp::write_command(&make(thread, n)).unwrap();
                    let reply = session.handle(&frame);
                    assert!(epp::read_response(&reply.frame).unwrap().is_success(), "{}", String::from_utf8_lossy(&reply.frame));
                }
            });
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    println!("{what}: {:.0}/s on {THREADS} threads", (THREADS * EACH) as f64 / seconds);
}

#[test]
#[ignore = "a measurement, for quiet machines"]
fn bench() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::at_location(&store::Location::file(folder.path().join("registry.db")));
    world.people();
    for host in ["ns1.bench.example", "ns2.bench.example"] {
        world.us().ok(host_create(host, &[]));
    }
    measure("domain:check", &world, |thread, n| epp::Command::new(check(&[&format!("free-{thread}-{n}.com")]), "BENCH-1"));
    measure("domain:create", &world, |thread, n| {
        let mut wish = creation(&format!("bench-{thread}-{n}.com"), "d-1");
        wish.ns = servers(&["ns1.bench.example", "ns2.bench.example"]);
        epp::Command::new(epp::domain::Command::Create(wish), "BENCH-1")
    });
    measure("domain:info", &world, |thread, n| epp::Command::new(info(&format!("bench-{thread}-{n}.com")), "BENCH-1"));
    measure("domain:renew", &world, |thread, n| epp::Command::new(renew(&format!("bench-{thread}-{n}.com"), "2027-03-01", 1), "BENCH-1"));
    let started = Instant::now();
    world.jump(world.now().plus_iso("P2Y1D").unwrap());
    let happened = world.registry.run_due(world.now()).unwrap();
    println!("auto-renewals: {:.0}/s", happened.count as f64 / started.elapsed().as_secs_f64());
}
