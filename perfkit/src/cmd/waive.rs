//! `perfkit waive`: leave to break a gate, written into `perfkit.toml` beside the gate that it is for.

use std::path::Path;

use clap::Args;
use serde_json::json;

use super::{Exit, Failure, Global, Output, OutputFormat};
use crate::{
    format::{
        Config,
        config::{CONFIG_FILE, CONFIG_SCHEMA},
        document::{document_text, write_whole},
    },
    gate::LockedPackages,
    session::{self, read_text},
    waive::{NewWaiver, append},
};

/// Arguments of `perfkit waive`.
#[derive(Debug, Args)]
pub struct WaiveArgs {
    #[command(flatten)]
    output: Output,
    /// The benchmark, a prefix or a pattern
    #[arg(value_name = "ID")]
    select: String,
    /// The metric that may be worse
    #[arg(long, value_name = "NAME")]
    metric: String,
    /// The most it may be worse, as a fraction: 0.05 for five per cent
    #[arg(long, value_name = "FRACTION", required_unless_present = "slack")]
    max_worsening: Option<f64>,
    /// The most it may be worse, in the metric's unit, where that is more; of nothing there are no fractions
    #[arg(long, value_name = "AMOUNT")]
    slack: Option<f64>,
    /// Why
    #[arg(long)]
    reason: String,
    /// The upstream crate and version that Cargo.lock shows
    #[arg(long, value_name = "CRATE@VERSION")]
    cause: String,
    /// Who looks after it
    #[arg(long)]
    owner: String,
    /// The day from which on it is an error
    #[arg(long, value_name = "YYYY-MM-DD")]
    expires: String,
    /// The day on which it was given; today when absent
    #[arg(long, value_name = "YYYY-MM-DD")]
    created: Option<String>,
    /// What it is called in reports; made from the benchmark and the metric when absent
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn execute(global: &Global, args: &WaiveArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let usage = |why: String| Failure::new(Exit::Usage, why);
    if !LockedPackages::load(&workspace.root).has(&args.cause) {
        return Err(usage(format!(
            "Cargo.lock does not hold {}, so it cannot be the cause; a cause is a crate and its version, as in blake3@1.8.7",
            args.cause
        )));
    }
    let created = args.created.clone().unwrap_or_else(session::today);
    if args.expires <= session::today() {
        return Err(usage(format!("it would expire on {}, which is not in the future", args.expires)));
    }
    let waiver = NewWaiver {
        id: args.name.clone().unwrap_or_else(|| format!("{} {}", args.select, args.metric)),
        select: args.select.clone(),
        metric: args.metric.clone(),
        max_worsening: args.max_worsening.unwrap_or(0.0),
        slack: args.slack.unwrap_or(0.0),
        reason: args.reason.clone(),
        cause: args.cause.clone(),
        owner: args.owner.clone(),
        created,
        expires: args.expires.clone(),
    };
    let path = workspace.root.join(CONFIG_FILE);
    let text =
        if workspace.configured { read_text(&path)? } else { format!("schema = \"{CONFIG_SCHEMA}\"\n") };
    let text = append(&text, &waiver).map_err(|error| usage(error.to_string()))?;
    write_whole(&path, text.as_bytes())?;
    show(&waiver, &path, args.output.format, &Config::parse(&text).map_err(usage)?)
}

fn show(waiver: &NewWaiver, path: &Path, format: OutputFormat, config: &Config) -> Result<Exit, Failure> {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if format == OutputFormat::Json {
        let document = json!({
            "schema": "perfkit.waived/1", "file": file, "id": waiver.id, "expires": waiver.expires,
            "waivers": config.waivers.len(),
        });
        print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        return Ok(Exit::Held);
    }
    let dash = if format == OutputFormat::Markdown { "- " } else { "" };
    println!(
        "{dash}{file}: waiver {:?} until {}, looked after by {}",
        waiver.id, waiver.expires, waiver.owner
    );
    Ok(Exit::Held)
}
