//! What a flamegraph is compared with: a revision that can be built, or stacks that were written down.

use std::{fs, path::Path};

use super::{FlameArgs, one, stacks};
use crate::{
    cmd::{Exit, Failure},
    explain::stacks::{Stacks, Weight, parse_folded},
    measure::{Planned, Request, progress::Progress},
    session::{SessionError, plan_revision},
    store::{Measured, Store, StoreError},
    workspace::{Workspace, revision},
};

/// The largest file of folded stacks that is read.
const FOLDED_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// The other side.
#[derive(Debug)]
pub enum Against {
    /// A commit, by its full name, and what it is called.
    Revision { resolved: String, title: String },
    /// Stacks from a file.
    Folded { text: String, title: String },
}

impl Against {
    /// A file of folded stacks, a stored run, a baseline or a revision. Runs keep no stacks: they are large, and a
    /// count can be made again from the run's revision.
    pub fn find(workspace: &Workspace, name: &str) -> Result<Self, Failure> {
        let path = Path::new(name);
        if path.is_file() && path.extension().is_none_or(|extension| extension != "json") {
            return read(path, name);
        }
        let (revision, title) = match Store::open(workspace)?.find(name, &workspace.baselines()) {
            Ok(Measured::Run(run, _)) => {
                if run.provenance.dirty {
                    let message = format!(
                        "run {} was measured on a tree with changes of its own, which cannot be built again; name a \
                         revision, or a file that flame --folded wrote",
                        run.id
                    );
                    return Err(Failure::new(Exit::Refused, message));
                }
                (run.provenance.revision.clone(), format!("run {}", run.id))
            }
            Ok(Measured::Baseline(baseline)) => {
                (baseline.acceptance.revision.clone(), format!("baseline {}", baseline.name))
            }
            Err(StoreError::Unknown { .. }) => (name.to_owned(), format!("revision {name}")),
            Err(error) => return Err(error.into()),
        };
        if revision.is_empty() {
            return Err(Failure::new(
                Exit::Refused,
                format!("{title} names no revision that could be built"),
            ));
        }
        let resolved =
            revision::resolve(&workspace.root, &revision).map_err(|why| Failure::new(Exit::Refused, why))?;
        Ok(Self::Revision { resolved, title })
    }

    /// What it is called.
    pub fn title(&self) -> String {
        match self {
            Self::Revision { title, .. } | Self::Folded { title, .. } => title.clone(),
        }
    }

    /// Its stacks of the benchmark `now`, weighed as `weight`.
    pub fn stacks(
        &self,
        workspace: &Workspace,
        now: &Planned,
        args: &FlameArgs,
        request: &Request,
        weight: Weight,
        progress: &Progress,
    ) -> Result<Stacks, Failure> {
        match self {
            Self::Folded { text, title } => {
                parse_folded(text, weight).map_err(|why| Failure::new(Exit::Usage, format!("{title}: {why}")))
            }
            Self::Revision { resolved, title } => {
                let (_, plan) = plan_revision(workspace, resolved, request, progress)?;
                let row = one(&plan, &args.id).map_err(|failure| {
                    Failure::new(failure.exit, format!("{title} has nothing to compare with: {failure}"))
                })?;
                if row.benchmark.revision != now.benchmark.revision {
                    let message = format!(
                        "revision {} of the benchmark; {title} has revision {}, which means something else",
                        now.benchmark.revision, row.benchmark.revision
                    );
                    return Err(Failure::new(Exit::Refused, message));
                }
                progress.say(&format!("profiling {} at {title}", args.id));
                stacks(row, args)
            }
        }
    }
}

fn read(path: &Path, name: &str) -> Result<Against, Failure> {
    let io = |source| SessionError::Io { what: name.to_owned(), source };
    let length = fs::metadata(path).map_err(io)?.len();
    if length > FOLDED_LIMIT_BYTES {
        let message = format!("{name}: {length} bytes of folded stacks, the limit is {FOLDED_LIMIT_BYTES}");
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(Against::Folded { text: fs::read_to_string(path).map_err(io)?, title: name.to_owned() })
}
