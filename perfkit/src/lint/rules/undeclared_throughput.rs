//! H2: several sizes of one benchmark, and neither bytes nor elements are declared: its table shows no throughput, and
//! no cost per byte can be fitted.

use super::Found;
use crate::lint::{Evidence, Subject, evidence::series};

pub fn check(evidence: &Evidence) -> Vec<Found> {
    let undeclared = |subject: &&Subject| {
        let row = &subject.benchmark;
        row.bytes == 0 && row.elements <= 1 && !row.metrics.contains_key("throughput_Bps")
    };
    let sized = series(&evidence.subjects).into_iter().filter(|(_, rows)| rows.len() > 1);
    sized
        .filter(|(_, rows)| rows.iter().all(undeclared))
        .map(|(prefix, rows)| {
            let sizes: Vec<String> = rows.iter().map(|row| row.benchmark.size.to_string()).collect();
            (prefix.to_owned(), format!("sizes {}, no bytes or elements declared", sizes.join(", ")), true)
        })
        .collect()
}
