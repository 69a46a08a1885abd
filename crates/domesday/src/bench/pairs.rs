//! Windows in turns, A B A B, and what their ratios say.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// One window of ours beside one of the limit, each as a rate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pair {
    pub ours: f64,
    pub limit: f64,
}

impl Pair {
    fn ratio(self) -> f64 {
        self.ours / self.limit
    }
}

/// Pairs whose ratios lie further apart than this say more about the machine than about the program.
const SPREAD_MAX: f64 = 2.0;

/// What the pairs say.
#[derive(Clone, PartialEq, Debug)]
pub struct Summary {
    pub pairs: Vec<Pair>,
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        n if n.is_multiple_of(2) => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

impl Summary {
    pub fn ours(&self) -> f64 {
        median(self.pairs.iter().map(|p| p.ours).collect())
    }

    pub fn limit(&self) -> f64 {
        median(self.pairs.iter().map(|p| p.limit).collect())
    }

    /// Median, least and greatest ratio of a pair.
    pub fn ratio(&self) -> (f64, f64, f64) {
        let ratios: Vec<f64> = self.pairs.iter().map(|p| p.ratio()).collect();
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (median(ratios), least, greatest)
    }

    /// Why no verdict can be given, if none can.
    pub fn doubt(&self, debug_build: bool) -> Option<String> {
        let (_, least, greatest) = self.ratio();
        if debug_build {
            Some("this is a debug build; measure one made with --release".to_owned())
        } else if self.pairs.len() < 3 {
            Some("fewer than three pairs".to_owned())
        } else if !least.is_finite() || !greatest.is_finite() || least <= 0.0 {
            Some("a window in which nothing was done".to_owned())
        } else if greatest > SPREAD_MAX * least {
            Some(format!("the pairs lie a factor of {:.1} apart: the machine is too busy with other things", greatest / least))
        } else {
            None
        }
    }

    /// The table of pairs and the one line that counts.
    pub fn report(&self, title: &str, unit: &str) -> String {
        let mut text = format!("{title}\n  pair       ours {unit}      limit {unit}   ratio\n");
        for (number, pair) in (1..).zip(&self.pairs) {
            text.push_str(&format!("  {number:>4} {:>15.0} {:>15.0} {:>7.3}\n", pair.ours, pair.limit, pair.ratio()));
        }
        let (middle, least, greatest) = self.ratio();
        match self.doubt(cfg!(debug_assertions)) {
            None => text.push_str(&format!(
                "  {:.0} {unit} of {:.0} {unit}: ratio {middle:.3} ({least:.3} to {greatest:.3}, median of {} pairs)\n",
                self.ours(),
                self.limit(),
                self.pairs.len()
            )),
            Some(why) => text.push_str(&format!("  no verdict: {why}\n")),
        }
        text
    }
}

/// Runs pairs in turns. Each closure runs one window and tells its rate.
pub fn run(
    what: &str,
    count: u32,
    mut ours: impl FnMut() -> anyhow::Result<f64>,
    mut limit: impl FnMut() -> anyhow::Result<f64>,
) -> anyhow::Result<Summary> {
    let progress = Progress::new(what, u64::from(count) * 2);
    let mut pairs = Vec::new();
    for number in 1..=count {
        let one = ours()?;
        progress.step(&format!("pair {number}: ours {one:.0}/s"));
        let other = limit()?;
        progress.step(&format!("pair {number}: limit {other:.0}/s"));
        pairs.push(Pair { ours: one, limit: other });
    }
    progress.end();
    Ok(Summary { pairs })
}

/// A bar on a terminal, a line per step elsewhere; both on standard error, so that results can be redirected.
pub struct Progress {
    what: String,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub fn new(what: &str, steps: u64) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {msg} {elapsed}");
            let bar = ProgressBar::new(steps).with_prefix(what.to_owned());
            match style {
                Ok(style) => bar.with_style(style.progress_chars("=> ")),
                Err(_) => bar,
            }
        });
        Progress { what: what.to_owned(), bar }
    }

    pub fn step(&self, message: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(message.to_owned());
                bar.inc(1);
            }
            None => eprintln!("{}: {message}", self.what),
        }
    }

    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(ratios: &[f64]) -> Summary {
        Summary { pairs: ratios.iter().map(|r| Pair { ours: r * 1_000.0, limit: 1_000.0 }).collect() }
    }

    #[test]
    fn the_median_is_told_with_its_spread() {
        let s = summary(&[0.5, 0.4, 0.6, 0.45, 0.55]);
        assert_eq!(s.ratio(), (0.5, 0.4, 0.6));
        assert_eq!(s.doubt(false), None);
        assert_eq!(median(vec![1.0, 2.0, 4.0, 3.0]), 2.5);
    }

    #[test]
    fn doubtful_pairs_give_no_verdict() {
        assert!(summary(&[0.3, 0.4, 0.61]).doubt(false).unwrap().contains("apart"));
        assert!(summary(&[0.5, 0.5]).doubt(false).unwrap().contains("three"));
        assert!(summary(&[0.5, 0.0, 0.5]).doubt(false).unwrap().contains("nothing"));
        assert!(summary(&[0.5, 0.5, 0.5]).doubt(true).unwrap().contains("debug"));
        let idle = Summary { pairs: vec![Pair { ours: 1.0, limit: 0.0 }; 3] };
        assert!(idle.doubt(false).is_some());
    }

    #[test]
    fn windows_are_run_in_turns() {
        let order = std::cell::RefCell::new(String::new());
        let note = |c: char, rate: f64| {
            order.borrow_mut().push(c);
            Ok(rate)
        };
        let found = run("test", 3, || note('A', 1.0), || note('B', 2.0)).unwrap();
        assert_eq!((order.into_inner().as_str(), found.pairs.len()), ("ABABAB", 3));
    }
}
