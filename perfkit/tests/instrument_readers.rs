//! The readers of other tools' output, on files that those tools wrote and on files that are broken.
#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::{fs, path::Path};

use perfkit::instrument::{
    callgrind,
    criterion::output::{self, Throughput},
    dhat, runner_summary as summary,
};
use proptest::prelude::*;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/instrument");

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(FIXTURES).join(name)).unwrap()
}

fn is_region(name: &str) -> bool {
    name.ends_with("::perfkit_region")
}

mod callgrind_profiles {
    use super::*;

    #[test]
    fn system_calls_are_those_of_the_region_and_not_the_totals() {
        let profile = callgrind::parse(&fixture("callgrind-syscall.out")).unwrap();
        let (entries, cost) = profile.entered(is_region);
        assert_eq!((entries, cost.instructions, cost.locked, cost.system_calls), (1, 99, 0, 10));
        assert_eq!(profile.total().instructions, 99);
        // Three more were made outside, with collection switched off.
        assert_eq!(profile.total().system_calls, 13);
    }

    #[test]
    fn locked_operations_are_counted() {
        let profile = callgrind::parse(&fixture("callgrind-locked.out")).unwrap();
        let (_, cost) = profile.entered(is_region);
        assert_eq!(cost.locked, 10);
    }

    #[test]
    fn functions_know_their_object_and_call_targets_their_address() {
        let profile = callgrind::parse(&fixture("callgrind-syscall.out")).unwrap();
        let call = profile.calls.iter().find(|call| is_region(&profile.function(call.callee).name)).unwrap();
        assert_eq!(profile.function(call.callee).object, "/build/known_costs");
        assert_eq!(call.target, Some(0xa2590));
        let getpid = profile.functions.iter().position(|function| function.name == "getpid").unwrap();
        let own: Vec<_> = profile.self_costs.iter().filter(|line| line.function == getpid).collect();
        assert_eq!(own[1].address, Some(0xd54e5), "a relative address");
        assert_eq!(own[2].cost.system_calls, 13);
    }

    /// `(from, to, the error)` for one replacement in a good file.
    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let good = fixture("callgrind-syscall.out");
        let cases = [
            ("events: Ir Ge sysCount sysTime", "events: Ir sysCount", "has no Ge"),
            ("events: Ir Ge sysCount sysTime", "", "a cost before the events: header"),
            ("calls=1 0xa2590 72", "calls=many 0xa2590 72", "\"many\" is not the number of calls"),
            ("calls=1 0xa2590 72", "calls=1 0xzz 72", "\"0xzz\" is not an address"),
            ("cfn=(1262) perfkit_harness::count::perfkit_region\n", "", "calls= without a cfn="),
            ("0x863d0 27 99 0 10", "0x863d0 27 99 0 -10", "\"-10\" is not a cost"),
            ("0x863d0 27 99 0 10", "0x863d0 27 1 2 3 4 5", "more than the 4 numbers"),
            ("0x863d0 27 99 0 10\n", "", "a cost was to follow calls="),
            ("cfn=(1246) std::process::id", "cfn=(1246)", "(1246) was never given a name"),
            ("totals: ", "total ", "neither header, specification nor cost"),
        ];
        for (from, to, why) in cases {
            assert!(good.contains(from), "{from}");
            let error = callgrind::parse(&good.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(why), "{from:?} -> {to:?}: {error}");
            assert!(error.starts_with("line "), "{error}");
        }
    }

    #[test]
    fn a_file_that_was_cut_short_is_refused() {
        let good = fixture("callgrind-syscall.out");
        let lines: Vec<&str> = good.lines().collect();
        for kept in 0..lines.len() {
            assert!(
                callgrind::parse(&lines[..kept].join("\n")).is_err(),
                "{kept} lines were taken for a profile"
            );
        }
    }

    #[test]
    fn jumps_are_skipped() {
        let good = fixture("callgrind-locked.out");
        let with_jump =
            good.replacen("\ntotals:", "\njcnd=3/9 +2 +1\n0x1 12\njump=2 +2 +1\n* 12\n\ntotals:", 1);
        assert_eq!(callgrind::parse(&with_jump).unwrap().total(), callgrind::parse(&good).unwrap().total());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(?s).{0,400}") {
            let _ = callgrind::parse(&text);
        }

        #[test]
        fn no_lines_of_the_grammar_panic(lines in proptest::collection::vec(line(), 0..40)) {
            if let Ok(profile) = callgrind::parse(&lines.join("\n")) {
                let _ = (profile.total(), profile.entered(is_region));
            }
        }
    }

    fn line() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("events: Ir Ge sysCount".to_owned()),
            Just("positions: instr line".to_owned()),
            Just("positions: line".to_owned()),
            Just("totals: 1".to_owned()),
            Just("jump=1 2".to_owned()),
            "(fn|cfn|ob|cob)=\\([0-9]{1,2}\\)( [a-z:]{1,9})?",
            "(fn|cfn|fl|xx)=.{0,9}",
            "calls=[0-9+*x-]{0,22} [0-9+*x-]{0,4}",
            "[0-9+*-](x?[0-9a-f]{0,20}) [0-9+*-]{1,3} [0-9]{0,22} [0-9]{0,22}",
        ]
    }
}

mod dhat_profiles {
    use super::*;

    #[test]
    fn only_stacks_with_the_region_count() {
        assert_eq!(dhat::bytes_in_region(fixture("dhat-copy.json").as_bytes()).unwrap(), 10_000);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = fixture("dhat-copy.json");
        let cases = [
            ("\"dhatFileVersion\": 2", "\"dhatFileVersion\": 3", "dhatFileVersion 3"),
            ("\"mode\": \"copy\"", "\"mode\": \"heap\"", "mode \"heap\""),
            ("\"tb\": 10000", "\"tb\": -1", "invalid value: integer `-1`"),
            ("\"tb\": 10000", "\"tc\": 10000", "missing field `tb`"),
            ("\"fs\": [", "\"fs\": [\n 70000,", "pps[0].fs names frame 70000"),
        ];
        for (from, to, why) in cases {
            assert!(good.contains(from), "{from}");
            let error = dhat::bytes_in_region(good.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert!(error.contains(why), "{from:?} -> {to:?}: {error}");
        }
        assert!(dhat::bytes_in_region(&good.as_bytes()[..good.len() / 2]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = dhat::bytes_in_region(&bytes);
        }
    }
}

mod criterion_results {
    use super::*;

    const ID: &str = "known/sum/64";

    /// The fixture under a folder name that says nothing, with one replacement in one file.
    fn home(file: &str, from: &str, to: &str) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let new = home.path().join("cut_name/new");
        fs::create_dir_all(&new).unwrap();
        for name in ["benchmark.json", "sample.json", "estimates.json"] {
            let mut text = fixture(&format!("criterion/known/sum/64/new/{name}"));
            if name == file {
                assert!(text.contains(from), "{from}");
                text = text.replacen(from, to, 1);
            }
            fs::write(new.join(name), text).unwrap();
        }
        home
    }

    #[test]
    fn results_are_found_by_full_id() {
        let results = output::read(Path::new(&format!("{FIXTURES}/criterion")), ID).unwrap();
        assert_eq!(results.samples.len(), 10);
        assert_eq!(results.samples[0], (216_584.0, 3_527_022.0));
        assert_eq!((results.statistic, results.estimate.point_estimate), ("slope", 15.028504306058512));
        assert_eq!(results.throughput, Some(Throughput::Bytes(64)));
        assert_eq!(output::read(home("", "", "").path(), ID).unwrap(), results, "the path was trusted");
    }

    #[test]
    fn flat_sampling_gives_the_mean() {
        let home = home("estimates.json", "\"slope\":{", "\"slope\":null,\"other\":{");
        let results = output::read(home.path(), ID).unwrap();
        assert_eq!((results.statistic, results.estimate.point_estimate), ("mean", 14.800071732680129));
    }

    #[test]
    fn every_kind_of_throughput_is_read() {
        let cases = [
            ("{\"Bits\":80}", Some(10), None),
            ("{\"BytesDecimal\":7}", Some(7), None),
            ("{\"Elements\":3}", None, Some(3)),
            ("{\"ElementsAndBytes\":{\"elements\":3,\"bytes\":9}}", Some(9), Some(3)),
        ];
        for (json, bytes, elements) in cases {
            let home = home("benchmark.json", "{\"Bytes\":64}", json);
            let throughput = output::read(home.path(), ID).unwrap().throughput.unwrap();
            assert_eq!((throughput.bytes(), throughput.elements()), (bytes, elements));
        }
        let none = home("benchmark.json", "{\"Bytes\":64}", "null");
        assert_eq!(output::read(none.path(), ID).unwrap().throughput, None);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_file() {
        let cases = [
            ("sample.json", "216584.0", "0.0", "Criterion's sample.json of known/sum/64: iters has 0"),
            ("sample.json", "3527022.0", "-1.0", "Criterion's sample.json of known/sum/64: times has -1"),
            (
                "sample.json",
                "216584.0,",
                "",
                "Criterion's sample.json of known/sum/64: iters has 9 and times 10",
            ),
            ("sample.json", "216584.0,", "\"x\",", "Criterion's sample.json of known/sum/64: invalid type"),
            (
                "estimates.json",
                "\"mean\"",
                "\"mode\"",
                "Criterion's estimates.json of known/sum/64: missing field `mean`",
            ),
            (
                "benchmark.json",
                "known/sum/64\",\"dir",
                "known/other\",\"dir",
                "no new/benchmark.json has this full_id",
            ),
        ];
        for (file, from, to, why) in cases {
            let error = output::read(home(file, from, to).path(), ID).unwrap_err().to_string();
            assert!(error.contains(why), "{file}: {from:?} -> {to:?}: {error}");
        }
        let truncated = home("", "", "");
        fs::write(truncated.path().join("cut_name/new/sample.json"), "{\"iters\":[1.0").unwrap();
        let error = output::read(truncated.path(), ID).unwrap_err().to_string();
        assert!(error.starts_with("Criterion's sample.json of known/sum/64: EOF"), "{error}");
    }
}

mod summaries {
    use super::*;

    #[test]
    fn iai_callgrind_writes_version_six() {
        let read = summary::read_lines(&fixture("iai-v6.jsonl")).unwrap();
        assert_eq!(read.len(), 4);
        assert_eq!(read[0].module_path, "cross_check::headline::sum_4096");
        assert_eq!(read[0].arguments.as_deref(), Some("\"known/sum/4096\", 100"));
        assert_eq!((read[0].id.as_deref(), read[0].instructions), (Some("n"), 998_988.0));
    }

    #[test]
    fn gungraun_writes_version_seven() {
        let read = summary::read(&fixture("gungraun-v7.json")).unwrap();
        assert_eq!(read.arguments.as_deref(), Some("\"known/sum/4096\", 100"));
        assert_eq!(read.instructions, 998_988.0);
    }

    #[test]
    fn an_old_value_beside_the_new_one_is_left_alone() {
        let line = fixture("iai-v6.jsonl").lines().next().unwrap().to_owned();
        let both = line.replace("{\"Left\":{\"Int\":998988}}", "{\"Both\":[{\"Int\":5},{\"Int\":998988}]}");
        assert_eq!(summary::read(&both).unwrap().instructions, 5.0);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = fixture("iai-v6.jsonl");
        let cases = [
            ("\"version\":\"6\"", "\"version\":\"8\"", "line 1: version 8 is not one of"),
            ("\"version\":\"6\"", "\"v\":\"6\"", "line 1: version is missing"),
            ("\"profiles\"", "\"p\"", "line 1: profiles is missing"),
            ("\"Ir\"", "\"Cycles\"", "line 1: profiles have no Ir of Callgrind"),
            ("\"function_name\"", "\"f\"", "line 1: function_name is missing"),
            ("}\n", "\n", "line 1: EOF"),
        ];
        for (from, to, why) in cases {
            assert!(good.contains(from), "{from}");
            let error = summary::read_lines(&good.replacen(from, to, 1)).unwrap_err();
            assert!(error.starts_with(why), "{from:?} -> {to:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(?s)(\\{.{0,200}|.{0,200})") {
            let _ = summary::read_lines(&text);
        }
    }
}
