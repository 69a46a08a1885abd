//! Lists: the window that is asked for, and the rows with their paging properties (1.8).

use crate::params::Params;
use crate::reply::Reply;
use engine::domain::Window;
use model::Field;

/// What is shown where no LIMIT is given (1.8).
const LIMIT_DEFAULT: i64 = 1_000;
/// What is shown at most; DNSC asks for ten thousand.
const LIMIT_MAX: i64 = 10_000;

/// The wanted part of a list: `FIRST` counted from 0, `LIMIT` rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paging {
    pub first: i64,
    pub limit: i64,
}

impl Paging {
    /// A limit beyond the highest is cut down to it; the reply names the one that was applied.
    pub fn read(p: &Params<'_>) -> Paging {
        let first = p.number("FIRST", Field::First).unwrap_or(0);
        let limit = p.number("LIMIT", Field::Limit).unwrap_or(LIMIT_DEFAULT);
        Paging { first, limit: limit.min(LIMIT_MAX) }
    }

    pub fn window(self) -> Window {
        Window { skip: self.first, take: self.limit }
    }
}

/// Columns that share the row index. Every row has a value in each.
pub struct Rows {
    columns: Vec<(&'static str, Vec<String>)>,
    count: usize,
}

impl Rows {
    pub fn new(names: &[&'static str]) -> Rows {
        Rows { columns: names.iter().map(|name| (*name, Vec::new())).collect(), count: 0 }
    }

    /// Adds a row: as many values as there are columns, in their order.
    pub fn push<const N: usize>(&mut self, values: [String; N]) {
        self.push_all(values.into());
    }

    pub fn push_all(&mut self, values: Vec<String>) {
        assert_eq!(values.len(), self.columns.len(), "a row has a value for each column");
        for ((_, column), value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
        self.count += 1;
    }

    /// The reply of a list. `named` adds `property[column]`, which wide lists have; others must not, since the SDKs take the longest property
    /// for the number of rows.
    pub fn reply(self, paging: Paging, total: i64, named: bool) -> Reply {
        let mut reply = Reply::ok();
        if named {
            reply.put_all("column", self.columns.iter().map(|(name, _)| *name));
        }
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        let last = paging.first.saturating_add((count - 1).max(0));
        for (name, value) in [("total", total), ("first", paging.first), ("last", last), ("count", count), ("limit", paging.limit)] {
            reply.put(name, value.to_string());
        }
        for (name, values) in self.columns {
            reply.put_all(name, values);
        }
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paging_is_told_as_the_samples_have_it() {
        let mut rows = Rows::new(&["domain"]);
        rows.push(["cnic-ssl-test1.com".to_owned()]);
        rows.push(["cnic-ssl-test2.com".to_owned()]);
        // The dump of 1.7: two of four.
        let text = rows.reply(Paging { first: 0, limit: 2 }, 4, false).print(7_000);
        for line in [
            "property[total][0] = 4",
            "property[first][0] = 0",
            "property[last][0] = 1",
            "property[count][0] = 2",
            "property[limit][0] = 2",
        ] {
            assert!(text.contains(&format!("{line}\n")), "{line} is not in {text}");
        }
        assert!(!text.contains("column"));
        // An empty list (1.8): count 0, first 0, last 0.
        let text = Rows::new(&["domain"]).reply(Paging { first: 0, limit: 1000 }, 0, true).print(0);
        assert!(
            text.contains("property[column][0] = domain\n")
                && text.contains("property[last][0] = 0\n")
                && !text.contains("property[domain]")
        );
    }
}
