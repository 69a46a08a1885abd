//! Tables as the commands print them, and the way to standard output.

use comfy_table::presets::{ASCII_MARKDOWN, NOTHING};
use comfy_table::{CellAlignment, ContentArrangement, Table};
use std::io::{ErrorKind, Write};

/// Longer lines are broken within their column.
const WIDTH: u16 = 120;

/// A table with a head; the columns of these places hold amounts. Its rows are never broken, so that they can be searched.
pub fn with_head(head: &[&str], amounts: &[usize]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled).set_header(head.to_vec());
    for place in amounts {
        if let Some(column) = table.column_mut(*place) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Two columns without lines, for people: a topic and what holds.
pub fn facts() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table
}

/// Prints lines. Whoever stopped reading (`| head`) has what they wanted; any other failure is one.
pub fn say(text: impl std::fmt::Display) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
