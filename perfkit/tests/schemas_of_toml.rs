//! The schemas of what people write and the Rust types that read it say the same: what validates is read, what is broken
//! is refused, by both.

mod schema;

use perfkit::format::{Config, budget::Budgets, recipe::Recipe};
use schema::{accept, schema, validator};
use serde_json::Value;

const CONFIG: &str = r#"
schema = "perfkit.config/1"
baselines = "baselines"
store = ".perfkit"

[[suite]]
name = "headline"
description = "What the front page shows."
select = ["net_encryption", "wire/**"]
exclude = "wire/slow/*"
instruments = ["time", "count", "allocs", "cross-check", "scaling", "latency", "startup", "size"]
features = ["blake3/no_avx512"]
env = { KEY = "value" }

[[binary]]
id = "size/netd"
package = "net"
target = "netd"
profile = "dist"
features = ["tls"]

[[gate]]
select = "**"
metric = "counted"
kind = "relative"
max_worsening = 0.005
slack = 2

[[gate]]
select = "a/*"
exclude = "a/b"
metric = "allocs_per_op"
kind = "absolute"
max = 0
level = "warn"
requires = { cores = 8, isa = "x86_64-avx512" }

[[gate]]
select = "a/*"
metric = "time_ns"
kind = "ratio"
against = "floor"
max_ratio = 1.15

[[gate]]
select = "a/*"
metric = "ir"
kind = "agreement"
with = "ir_cross_check"
max_difference = 0.01
slack = 5

[[gate]]
select = "a/*"
kind = "scaling"
min_efficiency = 0.8
threads = [2, 8]

[[gate]]
select = "a/*"
metric = "p99_ns"
kind = "percentile"
max = 1000
max_worsening = 0.25

[[gate]]
select = "a/*"
metric = "ir"
kind = "cost_model"
max_fixed = 300
max_per_unit = 1.5
max_misfit = 0.03

[[waiver]]
id = "w1"
select = "a/b"
metric = "ir"
max_worsening = 0.02
slack = 1
reason = "upstream changed its dispatch"
cause = "blake3@1.8.7"
owner = "A. Author"
created = "2026-03-05"
expires = "2026-06-05"
"#;

const RECIPE: &str = r#"
schema = "perfkit.recipe/1"
title = "Release"
introduction = "Words."

[[table]]
title = "Build"
text = "More words."
below = "Words below."
metric = "time_ns"
before = "old/{size}"
after = "new/{size}"
sizes = [64, 1024]
row_heading = "Payload"
headings = ["Then", "Now"]
noise = 0.05
floor = true

[[table]]
title = "Pool"
kind = "compare"
metrics = ["time_ns", "ir"]
rows = [{ label = "get", before = "pool/old", after = "pool/new" }, { before = "pool/old", after = "pool/put" }]

[[table]]
title = "Allocations"
kind = "allocations"
after = "new/{size}"
sizes = [64]
across = true

[[table]]
title = "Model"
kind = "cost_model"
metrics = ["cpu_time_ns"]
before = "old"
after = "new"
split = 4096

[[table]]
title = "Words"
kind = "text"
text = "Only words."

[[plot]]
title = "Cost over payload"
kind = "cost_model"
ids = ["old", "new"]
metric = "ir"
under = "Model"
split = 4096
"#;

const BUDGET: &str = r#"
schema = "perfkit.budget/1"

[[budget]]
select = "wire/**"
exclude = ["wire/slow/*"]
allocs_per_op = 0
alloc_bytes_per_op = 128.5
reason = "the pool gives everything"

[[budget]]
select = ["a/b", "c"]
peak_bytes = 4096
"#;

#[test]
fn a_configuration_validates_and_broken_ones_do_not() {
    let schema = schema("config");
    let parse_fails = |text: &str| Config::parse(text).is_err();
    accept_toml(&schema, CONFIG, parse_fails);
    let broken = |from: &str, to: &str| refuse_toml(&schema, CONFIG, from, to, parse_fails);
    broken("perfkit.config/1", "perfkit.config/2");
    broken("store = ", "stores = ");
    broken("store = \".perfkit\"", "store = \"http://bucket\"");
    broken("description = ", "descriptions = ");
    broken("select = \"**\"", "selected = \"**\"");
    broken("kind = \"relative\"", "kind = \"relatively\"");
    broken("max_worsening = 0.005", "max = 0.005");
    broken("max_ratio = 1.15", "max_ratio = \"1.15\"");
    broken("max = 0\n", "");
    broken("metric = \"time_ns\"", "metric = \"time_s\"");
    broken("cores = 8", "cpus = 8");
    broken("min_efficiency = 0.8\n", "");
    broken("min_efficiency = 0.8", "min_efficiency = 0");
    broken("max_worsening = 0.005", "max_worsening = -0.005");
    broken("slack = 1\n", "slack = -1\n");
    broken("owner = \"A. Author\"", "owner = \" \"");
    broken("threads = [2, 8]", "threads = [3]");
    broken("metric = \"p99_ns\"", "metric = \"time_ns\"");
    broken("max_fixed = 300\nmax_per_unit = 1.5\nmax_misfit = 0.03\n", "");
    broken("\"cross-check\"", "\"crosscheck\"");
    broken("owner = \"A. Author\"\n", "");
    broken("profile = \"dist\"", "profil = \"dist\"");
}

#[test]
fn a_recipe_validates_and_broken_ones_do_not() {
    let schema = schema("recipe");
    let parse_fails = |text: &str| Recipe::parse(text).is_err();
    accept_toml(&schema, RECIPE, parse_fails);
    let broken = |from: &str, to: &str| refuse_toml(&schema, RECIPE, from, to, parse_fails);
    broken("perfkit.recipe/1", "perfkit.run/1");
    broken("title = \"Build\"\n", "");
    broken("text = ", "txt = ");
    broken("time_ns", "time_s");
    broken("[64, 1024]", "[64, \"1024\"]");
    broken("noise = 0.05", "noise = \"5 %\"");
    broken("noise = 0.05", "noise = -0.05");
    broken("[\"Then\", \"Now\"]", "[\"Then\"]");
    broken("kind = \"compare\"", "kind = \"comparison\"");
    broken("kind = \"compare\"", "kind = \"text\"");
    broken("metrics = [\"time_ns\", \"ir\"]", "metric = \"ir\"\nmetrics = [\"time_ns\"]");
    broken("after = \"pool/put\"", "afterwards = \"pool/put\"");
    broken("across = true", "across = true\nsplit = 4096");
    broken("before = \"old\"\nafter = \"new\"", "after = \"new\"\nfloor = true");
    broken("ids = [\"old\", \"new\"]", "ids = []");
    broken("kind = \"cost_model\"\nids", "kind = \"pie\"\nids");
    // What only the type sees: a picture under no table.
    assert!(parse_fails(&RECIPE.replace("under = \"Model\"", "under = \"Nothing\"")));
}

#[test]
fn budgets_validate_and_broken_ones_do_not() {
    let schema = schema("budget");
    let parse_fails = |text: &str| Budgets::parse(text).is_err();
    accept_toml(&schema, BUDGET, parse_fails);
    let broken = |from: &str, to: &str| refuse_toml(&schema, BUDGET, from, to, parse_fails);
    broken("perfkit.budget/1", "perfkit.budget/2");
    broken("select = \"wire/**\"\n", "");
    broken("allocs_per_op = 0", "allocs_per_op = -1");
    broken("alloc_bytes_per_op = 128.5", "alloc_bytes = 128.5");
    broken("peak_bytes = 4096", "peak_bytes = \"4 KiB\"");
    broken("peak_bytes = 4096\n", "");
    broken("reason = ", "because = ");
}

fn accept_toml(schema: &Value, text: &str, parse_fails: impl Fn(&str) -> bool) {
    assert!(!parse_fails(text), "the type refuses the sample");
    accept(schema, &as_json(text));
}

fn refuse_toml(schema: &Value, sample: &str, from: &str, to: &str, parse_fails: impl Fn(&str) -> bool) {
    let text = sample.replacen(from, to, 1);
    assert_ne!(text, sample, "{from:?} is not in the sample");
    assert!(!validator(schema).is_valid(&as_json(&text)), "the schema accepts {to:?} for {from:?}");
    assert!(parse_fails(&text), "the type accepts {to:?} for {from:?}");
}

fn as_json(text: &str) -> Value {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}
