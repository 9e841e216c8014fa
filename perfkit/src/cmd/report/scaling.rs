//! `perfkit report scaling`: throughput over threads.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;

use crate::{
    cmd::{Exit, Failure, Global, Output, OutputFormat, history::ledger},
    format::document::{document_text, write_whole},
    plot::{Shape, svg},
    render::{Emphasis, Lines, Terminal},
    report::scaling::{Scaling, render_scaling, scalings, source},
    store::{Measured, Store, distinct_file_name},
};

/// The schema of the JSON document.
const SCALING_SCHEMA: &str = "perfkit.scaling/1";

/// Arguments of `perfkit report scaling`.
#[derive(Debug, Args)]
pub struct ScalingArgs {
    #[command(flatten)]
    output_format: Output,
    /// The run: `latest`, a run's id, or a file
    #[arg(long, default_value = "latest")]
    run: String,
    /// Write the Markdown document here
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw a picture per benchmark into this folder; the document links to them
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
}

pub(super) fn execute(global: &Global, args: &ScalingArgs) -> Result<Exit, Failure> {
    let workspace = global.workspace()?;
    let store = Store::open(&workspace)?;
    let found = store.find(&args.run, &workspace.baselines())?;
    let Measured::Run(run, _) = ledger(&workspace, &store)?.marked(found) else {
        let message = format!("{:?} is a baseline; scaling is reported from a run", args.run);
        return Err(Failure::new(Exit::Usage, message));
    };
    let scalings = scalings(&run);
    if scalings.is_empty() {
        let message = format!(
            "run {} holds no throughput by threads; workloads declare it with `scales()`, and \
             `perfkit run --instrument scaling` measures it",
            run.id
        );
        return Err(Failure::new(Exit::ToolFailed, message));
    }
    let pictures = match &args.svg {
        Some(folder) => draw(&scalings, folder, args.output.as_deref())?,
        None => BTreeMap::new(),
    };
    if let Some(path) = &args.output {
        write_whole(path, render_scaling(&run, &scalings, &pictures).as_bytes())?;
    }
    match args.output_format.format {
        OutputFormat::Json => {
            let document = json!({
                "schema": SCALING_SCHEMA, "run": run.id, "benchmarks": scalings, "provenance": [source(&run)],
            });
            print!("{}", document_text(&document).map_err(|error| Failure::new(Exit::ToolFailed, error))?);
        }
        OutputFormat::Markdown if args.output.is_none() => {
            print!("{}", render_scaling(&run, &scalings, &pictures));
        }
        OutputFormat::Text if args.output.is_none() => {
            let terminal = Terminal::stdout();
            for (index, scaling) in scalings.iter().enumerate() {
                let table = scaling.table();
                let shown =
                    if table.rows.is_empty() { format!("{}\n", scaling.id) } else { table.text(&terminal) };
                print!("{}{shown}{}", if index > 0 { "\n" } else { "" }, scaling.notes().text(&terminal));
            }
            let mut lines = Lines::default();
            lines.push(Emphasis::Dim, source(&run));
            print!("\n{}", lines.text(&terminal));
        }
        _ => {}
    }
    if args.output_format.format != OutputFormat::Json {
        let written = args.output.iter().map(|path| path.display().to_string());
        let drawn =
            args.svg.iter().map(|folder| format!("{} pictures in {}", pictures.len(), folder.display()));
        written.chain(drawn).for_each(|what| eprintln!("{what} written"));
    }
    Ok(Exit::Held)
}

/// The pictures, and for each benchmark the link to its own as seen from the document.
fn draw(
    scalings: &[Scaling],
    folder: &Path,
    document: Option<&Path>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut links = BTreeMap::new();
    for scaling in scalings {
        let Some(plot) = scaling.plot() else { continue };
        let picture =
            svg(&plot.into(), &Shape::page()).map_err(|error| Failure::new(Exit::ToolFailed, error))?;
        let path = folder.join(format!("{}.svg", distinct_file_name(&scaling.id)));
        write_whole(&path, picture.as_bytes())?;
        links.insert(scaling.id.clone(), super::link(&path, document));
    }
    Ok(links)
}
