//! The properties of the fuzz targets, over their corpora and over random bytes.
#![cfg(test)]
#[path = "../fuzz/properties.rs"]
mod properties;
#[path = "../../wire/tests/support/mod.rs"]
mod support;

use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;
use support::{cases, hex, load};

fn corpus_folder(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> =
        fs::read_dir(corpus_folder(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn every_property_holds_over_its_corpus() {
    for (target, property) in properties::ALL {
        let corpus = corpus(target);
        assert!(corpus.len() >= 2, "{target} has no corpus");
        corpus.iter().for_each(|input| property(input));
    }
}

proptest! {
    #[test]
    fn every_property_holds_for_random_bytes(data in proptest::collection::vec(any::<u8>(), 0..9000)) {
        properties::ALL.iter().for_each(|(_, property)| property(&data));
    }

    #[test]
    fn every_property_holds_for_damaged_corpus_entries(
        pick: proptest::sample::Index,
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
        cut in 0..4usize,
    ) {
        for (target, property) in properties::ALL {
            let corpus = corpus(target);
            let mut input = pick.get(&corpus).clone();
            for (at, byte) in &flips {
                if !input.is_empty() {
                    let at = at.index(input.len());
                    input[at] = *byte;
                }
            }
            input.truncate(input.len().saturating_sub(cut));
            property(&input);
        }
    }
}

#[test]
#[ignore = "writes the corpora from the vectors: cargo test -p net-node --test fuzz_properties -- --ignored"]
fn write_the_corpora() {
    let sealed = load(include_str!("vectors/sealed_packets.json"));
    let tamper = load(include_str!("vectors/tamper.json"));
    let routing = load(include_str!("vectors/routing.json"));
    let of = |vectors, array| cases(vectors, array).iter().map(|case| hex(&case["packet_hex"]));

    let mut datagrams: Vec<Vec<u8>> = of(&sealed, "vectors").filter(|packet| packet.len() < 2000).collect();
    datagrams.extend(of(&sealed, "heartbeats").take(1));
    datagrams.push(hex(&sealed["handshake_packet"]["packet_hex"]));
    datagrams.extend(of(&tamper, "cases"));
    let builds = [0, 1, 63, 255].map(|length| {
        let mut input = vec![length];
        input.extend((0..400).map(|i| (7 * i + 3) as u8));
        input
    });
    let mut over_limit = vec![0];
    over_limit.resize(2030, 7);
    let corpora = [
        ("open_datagram", datagrams),
        ("build_and_open", [&builds[..], &[over_limit]].concat()),
        ("decide_route", of(&routing, "decisions").collect()),
    ];
    for (target, mut inputs) in corpora {
        inputs.sort();
        inputs.dedup();
        let folder = corpus_folder(target);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        for (number, input) in inputs.iter().enumerate() {
            fs::write(folder.join(format!("vector-{number:02}")), input).unwrap();
        }
    }
}
