//! One run: steps drawn from the seed, each followed by what must hold after it.

use crate::chance::Chance;
use crate::expected::Model;
use crate::house::{ACCOUNTS, House};
use crate::trace::Trace;
use crate::wire::{Face, Sheet};
use crate::wish::{Letter, Memory, Wish};
use engine::faults::{FaultKind, POINTS};
use engine::jobs::Hand;
use model::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Which run it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    pub seed: u64,
    pub steps: u64,
    /// Lines of the trace are printed from this step on.
    pub from: Option<u64>,
    /// A PostgreSQL server on which the run has databases of its own; SQLite files where there is none.
    pub postgres: Option<String>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ended {
    pub steps: u64,
    /// What does not hold; empty for a clean run.
    pub broken: Vec<String>,
    /// SHA-256 over the trace.
    pub hash: String,
    pub last: Vec<String>,
    pub counts: BTreeMap<&'static str, u64>,
}

/// A request that may be sent once more.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) account: usize,
    pub(crate) sheet: Sheet,
    pub(crate) wish: Wish,
}

pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) house: House,
    pub(crate) chance: Chance,
    pub(crate) trace: Trace,
    pub(crate) model: Model,
    pub(crate) memory: [Memory; ACCOUNTS.len()],
    pub(crate) step: u64,
    pub(crate) wishes: u64,
    pub(crate) last: Option<Sent>,
    /// Accepted orders were read up to here.
    pub(crate) read_until: Timestamp,
    /// Orders that nobody had taken up yet when all was last looked at.
    pub(crate) unsent: Vec<i64>,
    /// Since the last rest a commit was told to fail: the lease on its job ends by the real clock, however far the lab's is moved.
    pub(crate) commits_may_fail: bool,
    pub(crate) broken: Vec<String>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) begun: Timestamp,
    /// Events were read up to here.
    pub(crate) heard_until: Timestamp,
    /// Transfers after which another of the same name came.
    pub(crate) overtaken: BTreeSet<i64>,
    /// Links of the newest mails, newest first.
    pub(crate) keys: Vec<(Letter, String)>,
    /// Those that an answer was taken by: each is good for one.
    pub(crate) spent: BTreeSet<String>,
    /// A name was given in this step: where it is is looked at before it is asked for again.
    pub(crate) given: bool,
    /// The accounts' numbers.
    pub(crate) numbers: [i64; ACCOUNTS.len()],
}

/// Between two looks at everything, with whatever is under way.
const LOOK_STEPS: u64 = 40;
/// Between two rests, after which nothing may be under way.
const REST_STEPS: u64 = 400;

/// A long jump is made of moves of so many days, so that each tells all that happened in it.
const MOVE_DAYS: i64 = 15;
/// Before this year a run jumps as it likes; from then on it stands nearly still, since certificates, years of four digits and the calendar end.
const LAST_YEAR: i16 = 2190;

/// Runs it to its end or to the first thing that does not hold.
pub fn run(plan: Plan) -> Ended {
    let mut run = match Run::begin(&plan) {
        Ok(run) => run,
        Err(problem) => {
            return Ended { steps: 0, broken: vec![problem], hash: String::new(), last: Vec::new(), counts: BTreeMap::new() };
        }
    };
    let mut steps = 0;
    for step in 1..=plan.steps {
        run.step = step;
        run.trace.begin(step);
        let rest = REST_STEPS.max(step / 20 / REST_STEPS * REST_STEPS);
        let done = match run.act() {
            Ok(()) if step % rest == 0 || step == plan.steps => run.rest(),
            Ok(()) if step % LOOK_STEPS == 0 || std::mem::take(&mut run.given) => run.look(false),
            done => done,
        };
        if let Err(problem) = done {
            run.broken.push(problem);
        }
        steps = step;
        if !run.broken.is_empty() {
            break;
        }
    }
    for (kind, count) in std::mem::take(&mut run.model.by_kind) {
        run.counts.insert(kind, count);
    }
    run.counts.insert("days", run.days());
    run.counts.insert("orders succeeded", run.model.succeeded);
    run.counts.insert("orders failed", run.model.failed);
    run.counts.insert("orders open at the end", run.model.open.len() as u64);
    run.counts.insert("crashes", run.house.crashes);
    Ended { steps, broken: run.broken, hash: run.trace.hash(), last: run.trace.last(), counts: run.counts }
}

impl Run {
    fn begin(plan: &Plan) -> Result<Run, String> {
        let house = House::build(plan.seed, plan.postgres.as_deref())?;
        let begun = house.now();
        let read_until = begun.plus_days(-1);
        let mut run = Run {
            seed: plan.seed,
            house,
            chance: Chance::new(plan.seed),
            trace: Trace::new(plan.from),
            model: Model::default(),
            memory: Default::default(),
            step: 0,
            wishes: 0,
            last: None,
            read_until,
            unsent: Vec::new(),
            commits_may_fail: false,
            broken: Vec::new(),
            counts: BTreeMap::new(),
            begun,
            heard_until: begun,
            overtaken: BTreeSet::new(),
            keys: Vec::new(),
            spent: BTreeSet::new(),
            given: false,
            numbers: [0; ACCOUNTS.len()],
        };
        run.read_the_beginning()?;
        Ok(run)
    }

    /// Days that have gone by.
    fn days(&self) -> u64 {
        u64::try_from(self.house.now().seconds_since(self.begun) / 86_400).unwrap_or(0)
    }

    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// One step.
    fn act(&mut self) -> Result<(), String> {
        let micros = match self.chance.below(200) {
            0 => self.chance.between(60, 4_000) * 1_000_000,
            1..=10 => self.chance.between(1, 30) * 1_000_000,
            _ => self.chance.between(1, 40_000),
        };
        self.house.pass(micros);
        self.overdue()?;
        match self.chance.below(1_000) {
            0..=653 => self.ask(),
            654..=656 => self.in_haste(),
            657..=664 => self.outside(),
            665..=669 => self.at_the_edge(),
            670..=709 => self.ask_again(),
            710..=749 => {
                self.house.engine().work_once();
                Ok(())
            }
            750..=799 => self.round(),
            800..=859 => self.arm(),
            860..=869 => self.disarm(),
            870..=904 => self.jump(),
            905..=912 => self.crash(),
            913..=918 => self.die_half_way(),
            919..=948 => self.outside(),
            949..=973 => self.letters(),
            974..=981 => self.staff(),
            982..=985 => self.leave(),
            _ => self.fund(),
        }
    }

    /// What is due at the registry by the running clock.
    pub(crate) fn overdue(&mut self) -> Result<(), String> {
        let now = self.house.now();
        let happened = self.house.sandbox().registry().run_due(now).map_err(|e| e.to_string())?;
        for one in happened.first {
            self.trace.line(&format!("registry {} {} {}", one.at, one.name, one.what));
            self.model.happened(one.at, &one.name, &one.what);
        }
        Ok(())
    }

    fn hand(&mut self) {
        let hand = if self.chance.once_in(4) { Hand::Leave } else { Hand::Work };
        self.house.engine().by_hand(hand);
    }

    fn ask(&mut self) -> Result<(), String> {
        self.hand();
        let account = usize::try_from(self.chance.below(5)).unwrap_or(0).min(4);
        // demo asks most, and there is the most in it.
        let account = if account >= ACCOUNTS.len() { 0 } else { account };
        let face = if self.chance.once_in(2) { Face::Dmapi } else { Face::Kvapi };
        let Some(sent) = self.write(account, face)? else { return Ok(()) };
        self.model.note_wish(sent.account, &sent.wish, self.house.now());
        if sent.wish.command == "result-delete" {
            // What it brought is to be read before its owner has it forgotten.
            self.look(false)?;
        }
        if self.chance.once_in(150) {
            // The process dies before the reply reaches the client, who then asks again.
            self.count("replies lost to a crash");
            self.unheard(&sent)?;
            self.house.crash()?;
            self.trace.line("crash before the reply");
            self.hand();
        }
        self.send(&sent)?;
        self.last = Some(sent);
        Ok(())
    }

    /// As a client that got no answer, whether it got one or not.
    fn ask_again(&mut self) -> Result<(), String> {
        self.hand();
        match self.last.clone() {
            Some(sent) => {
                self.count("repeats");
                self.send(&sent)
            }
            None => Ok(()),
        }
    }

    /// What the threads of a running house do again and again: jobs, the agenda, messages, mails.
    pub(crate) fn round(&mut self) -> Result<(), String> {
        let engine = self.house.engine();
        let done = engine.round().and_then(|count| {
            let items = engine.run_agenda()?;
            engine.work_once();
            Ok((count, items, engine.capture_mails()?))
        });
        match done {
            Ok(done) => {
                self.trace.line(&format!("round {done:?}"));
                Ok(())
            }
            Err(error) => self.forgiven("round", &error.to_string()),
        }
    }

    /// A failure that a scripted fault explains.
    pub(crate) fn forgiven(&mut self, what: &str, problem: &str) -> Result<(), String> {
        self.trace.line(&format!("{what} failed: {problem}"));
        if problem.contains("scripted for this commit") { Ok(()) } else { Err(format!("{what} failed: {problem}")) }
    }

    fn arm(&mut self) -> Result<(), String> {
        // Where most is at stake more often than elsewhere.
        let at = match self.chance.below(3) {
            0 => *self.chance.pick(POINTS),
            1 => *self.chance.pick(&["registry.create", "registry.renew", "registry.update", "store.commit"]),
            _ => *self.chance.pick(&["registry.create", "registry.renew", "registry.info", "registry.contact.create", "registry.*"]),
        };
        let kind = *self.chance.pick(&FaultKind::ALL);
        self.commits_may_fail |= at == "store.commit";
        let times = if at == "store.commit" { 1 } else { u32::try_from(self.chance.between(1, 4)).unwrap_or(1) };
        // Full is full.
        let armed = self.house.engine().faults().add(at, kind, times).is_ok();
        self.trace.line(&format!("fault {at} {kind} {times} {armed}"));
        self.count("faults");
        Ok(())
    }

    fn disarm(&mut self) -> Result<(), String> {
        let count = self.house.engine().faults().clear();
        self.trace.line(&format!("faults cleared {count}"));
        Ok(())
    }

    fn jump(&mut self) -> Result<(), String> {
        let day = 86_400;
        let seconds = match self.chance.below(40) {
            0..=15 => self.chance.between(1, 600),
            16..=23 => self.chance.between(600, 8 * 3_600),
            24..=30 => self.chance.between(8 * 3_600, 6 * day),
            31..=36 => self.chance.between(1, 60) * day,
            37..=38 => self.chance.between(30 * day, 400 * day),
            _ => self.chance.between(1, 2) * 365 * day,
        };
        self.count(if seconds > day { "long jumps" } else { "short jumps" });
        self.leap(seconds)
    }

    /// Moves the clock far, in stretches. Faults go along on short ways only: a registry out of reach for weeks costs names.
    pub(crate) fn leap(&mut self, seconds: i64) -> Result<(), String> {
        let now = self.house.now();
        if now.year() > LAST_YEAR && seconds > 3_600 {
            return Ok(());
        }
        if seconds > 86_400 {
            self.house.engine().faults().clear();
        }
        if seconds > 6 * 3_600 {
            self.calm()?;
        }
        let mut left = seconds;
        while left > 0 {
            let some = left.min(MOVE_DAYS * 86_400);
            self.move_by(some)?;
            left -= some;
            if left > 0 {
                let mut broken = Vec::new();
                self.read_mails(&mut broken)?;
                self.broken.extend(broken);
            }
        }
        Ok(())
    }

    /// Nobody's lease outlasts a day: what is in hand comes to an end before.
    pub(crate) fn calm(&mut self) -> Result<(), String> {
        self.house.pass(130_000_000);
        self.overdue()?;
        self.house.engine().work_once();
        self.round()?;
        if self.house.engine().faults().list().is_empty() {
            // What the leases of failed commits held is free, and what waited was done.
            self.commits_may_fail = false;
        }
        Ok(())
    }

    pub(crate) fn move_by(&mut self, seconds: i64) -> Result<(), String> {
        let from = self.house.now();
        let to = from.plus_seconds(seconds);
        let disturbed = self.commits_may_fail || !self.house.engine().faults().list().is_empty();
        let moved = self.house.sandbox().move_clock(to);
        self.model.time.moved(from, to, disturbed);
        match moved {
            Ok(moved) => {
                self.trace.line(&format!("clock {} {}", moved.now, moved.count));
                if moved.count > moved.happenings.len() {
                    return Err(format!("{} things happened in one jump, of which not all are told", moved.count));
                }
                for one in moved.happenings {
                    self.trace.line(&format!("happened {} {}", one.at, one.what));
                    if let Some((name, what)) = one.what.strip_prefix("registry: ").and_then(|rest| rest.split_once(' ')) {
                        self.model.happened(one.at, name, what);
                    }
                }
                Ok(())
            }
            Err(error) => self.forgiven("clock", &error.to_string()),
        }
    }

    fn crash(&mut self) -> Result<(), String> {
        self.house.crash()?;
        self.trace.line("crash");
        // The next life finds at once what the dead one had in hand. Its faults died with it, so nothing is in the way.
        self.round()?;
        self.look(false)?;
        if let Some(order) = self.unsent.first() {
            return Err(format!("order {order} was not taken up after a crash"));
        }
        Ok(())
    }

    /// The registry has done it, we could not write it down, and then the process dies.
    fn die_half_way(&mut self) -> Result<(), String> {
        self.house.engine().by_hand(Hand::Leave);
        let account = usize::try_from(self.chance.below(2)).unwrap_or(0);
        let face = if self.chance.once_in(2) { Face::Dmapi } else { Face::Kvapi };
        if let Some(sent) = self.write_order(account, face)? {
            self.model.note_wish(sent.account, &sent.wish, self.house.now());
            self.send(&sent)?;
            self.last = Some(sent);
        }
        // Neither the end nor that there is none yet can be written.
        if self.house.engine().faults().add("store.commit", FaultKind::Disconnect, 2).is_ok() {
            self.count("deaths between registry and settlement");
            self.house.engine().work_once();
        }
        self.house.crash()?;
        self.trace.line("crash before the settlement");
        Ok(())
    }

    /// Names are registered and given up again within the hour: not all of them are paid back.
    fn in_haste(&mut self) -> Result<(), String> {
        self.house.engine().by_hand(Hand::Work);
        let account = usize::try_from(self.chance.below(2)).unwrap_or(0);
        let zone = *self.chance.pick(&["com", "net", "org", "info"]);
        self.count("names in haste");
        for _ in 0..self.chance.between(2, 3) {
            let name = format!("haste-{}.{zone}", self.wishes);
            let face = if self.chance.once_in(2) { Face::Dmapi } else { Face::Kvapi };
            for ends in [false, true] {
                let Some(sent) = self.write_young(account, face, &name, ends)? else { continue };
                self.model.note_wish(sent.account, &sent.wish, self.house.now());
                self.send(&sent)?;
            }
        }
        Ok(())
    }

    /// A renewal is on its way, the registry does not answer well, and meanwhile the term ends.
    fn at_the_edge(&mut self) -> Result<(), String> {
        let account = usize::try_from(self.chance.below(2)).unwrap_or(0);
        let Some((name, expires)) = self.model.next_to_expire(account, self.house.now().plus_seconds(12 * 3_600)) else { return Ok(()) };
        let before = expires.plus_seconds(-self.chance.between(60, 6 * 3_600));
        if before.seconds_since(self.house.now()) > 60 * 86_400 {
            return Ok(());
        }
        self.house.engine().faults().clear();
        self.calm()?;
        self.leap(before.seconds_since(self.house.now()).max(1))?;
        let at = *self.chance.pick(&["registry.renew", "registry.renew", "registry.info", "registry.*"]);
        let kind = *self.chance.pick(&[FaultKind::Disconnect, FaultKind::Timeout, FaultKind::ReplyLost]);
        let times = if kind == FaultKind::ReplyLost { 1 } else { 500 };
        let armed = self.house.engine().faults().add(at, kind, times).is_ok();
        self.trace.line(&format!("fault {at} {kind} {times} {armed} until {name} is over"));
        self.house.engine().by_hand(Hand::Work);
        let face = if self.chance.once_in(2) { Face::Dmapi } else { Face::Kvapi };
        if let Some(sent) = self.write_renewal(account, face, &name)? {
            self.model.note_wish(sent.account, &sent.wish, self.house.now());
            self.send(&sent)?;
        }
        self.count("terms that ended under way");
        let across = self.chance.between(1, 8) * 3_600;
        self.move_by(across)?;
        self.disarm()
    }
}
