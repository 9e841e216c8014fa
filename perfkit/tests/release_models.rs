//! Cost models in release documents: over which sizes, judged by what, and when not compared.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod release_notes;
mod samples;

use release_notes::{Given, NOTE, noted, taken_back};

#[test]
fn a_size_that_was_taken_back_is_no_part_of_a_model_and_named() {
    let mut run = noted();
    for name in ["chacha", "ring"] {
        let (size, time) = (16_384, 8000.0);
        let mut row = samples::row(&format!("aead/{name}/{size}"), &[("time_ns", time, "p20_min")]);
        (row.size, row.bytes) = (size, size);
        run.benchmarks.push(row);
    }
    let recipe = NOTE.replace("metrics = [\"time_ns\", \"ir\"]", "metric = \"time_ns\"");
    let text = Given::run(taken_back(run, &["aead/ring/16384"])).text(&recipe);
    let note = "Invalidated: aead/ring/16384: measured one shard. It is no part of the cost model.";
    assert_eq!(text.matches(note).count(), 1, "{text}");
    assert!(
        text.contains("Over the sizes that still count on both sides: 64 B, 256 B, 1 KiB, 4 KiB."),
        "{text}"
    );
    assert!(text.contains("| fixed cost | 1093 ns | 202 ns | −81.5 % |"), "{text}");
}

#[test]
fn a_model_without_intervals_is_judged_by_the_recipes_noise_and_says_so() {
    let mut slower = noted();
    for row in slower.benchmarks.iter_mut().filter(|row| row.id.starts_with("aead/ring")) {
        let before =
            noted().benchmarks.into_iter().find(|chacha| chacha.id == row.id.replace("ring", "chacha"));
        let time = before.unwrap().metrics["time_ns"].value;
        row.metrics.get_mut("time_ns").unwrap().value = time * 1.001;
    }
    let text = Given::run(slower).text(NOTE);
    let line = text.lines().find(|line| line.starts_with("| fixed cost |")).unwrap();
    assert!(line.contains("| +0.1 % (within noise) |"), "{line}");
    assert!(text.contains("aead/ring (time_ns): no intervals: the values of the rounds of"), "{text}");
}

#[test]
fn models_of_two_revisions_of_a_benchmark_stand_side_by_side_and_are_not_compared() {
    let mut later = noted();
    for row in later.benchmarks.iter_mut().filter(|row| row.id.starts_with("aead/ring")) {
        row.revision = 2;
        row.metrics.get_mut("time_ns").unwrap().value *= 2.0;
    }
    let recipe = "schema = \"perfkit.recipe/1\"\ntitle = \"R\"\n[[table]]\ntitle = \"M\"\nkind = \"cost_model\"\n\
                  metric = \"time_ns\"\nafter = \"aead/ring\"\nacross = true\n";
    let text = Given::run(later).before(noted()).text(recipe);
    assert!(text.contains("Not compared: time_ns: revision 1 of the benchmark became 2."), "{text}");
    assert!(text.contains("| fixed cost | 202 ns | 405 ns | not compared |"), "{text}");
}

#[test]
fn a_model_that_cannot_be_fitted_names_its_table() {
    let mut run = noted();
    run.benchmarks.retain(|row| row.id != "aead/chacha/4096");
    let recipe = NOTE.replace("sizes = [64, 256, 1024, 4096]", "sizes = [64, 256, 1024]");
    let error = Given::run(run).release(&recipe).unwrap_err().to_string();
    assert!(error.contains("The model behind it") && error.contains("a model needs 4 sizes"), "{error}");
}

#[test]
fn models_are_compared_over_the_sizes_that_both_have() {
    let mut run = noted();
    let mut large = samples::row("aead/ring/1048576", &[("time_ns", 9e9, "p20_min"), ("ir", 1.0, "exact")]);
    (large.size, large.bytes) = (1 << 20, 1 << 20);
    run.benchmarks.push(large);
    let recipe = NOTE.split("[[plot]]").next().unwrap();
    let text = Given::run(run).text(recipe);
    assert!(text.contains("both were measured at: 64 B, 256 B, 1 KiB, 4 KiB."), "{text}");
    assert!(text.contains("| fixed cost | 1093 ns | 202 ns | −81.5 % |"), "{text}");
}
