//! What else happened on the machine: told beside each result, so that a reader can judge it.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

const PROBES: usize = 50;

/// The median time that this disk takes to make 4 KiB durable.
pub fn sync_time(folder: &Path) -> std::io::Result<Duration> {
    let path = folder.join("probe");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    let block = [0x5a_u8; 4096];
    let mut times = Vec::with_capacity(PROBES);
    for _ in 0..PROBES {
        let begun = Instant::now();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&block)?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    drop(file);
    std::fs::remove_file(&path)?;
    times.sort();
    Ok(times[PROBES / 2])
}

/// The one-minute load average, where the system tells one.
pub fn load_average() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// The most memory that a process has held, in KiB.
pub fn peak_memory_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}

/// Has the peak of a process begin anew from what it holds now, where the system can do that.
pub fn forget_peak(process: u32) {
    // proc_pid_clear_refs(5): 5 resets the peak.
    let _ = std::fs::write(format!("/proc/{process}/clear_refs"), "5");
}

/// The time that a process has had of all cores together: what it would have taken alone on one.
pub fn processor_time(process: u32) -> Option<Duration> {
    /// `USER_HZ`, the same on every Linux of today.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold blanks.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_secs_f64(ticks as f64 / TICKS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_its_own_time_and_memory() {
        let own = std::process::id();
        assert!(peak_memory_kib(own).is_some_and(|kib| kib > 100));
        let much = std::hint::black_box(vec![1_u8; 64 << 20]);
        let peak = peak_memory_kib(own).unwrap();
        assert!(peak > 64 << 10 && much[1 << 20] == 1);
        drop(much);
        forget_peak(own);
        // Each core counts a little of its own before it tells.
        assert!(peak_memory_kib(own).unwrap() <= peak + (8 << 10));
        let begun = processor_time(own).unwrap();
        let mut sum = 0_u64;
        while processor_time(own).unwrap() < begun + Duration::from_millis(30) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
    }
}
