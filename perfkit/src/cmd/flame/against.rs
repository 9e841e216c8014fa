//! What a flamegraph is compared with: a revision that can be built, or stacks that were written down.

use std::{fs, path::Path};

use super::{FlameArgs, one, stacks};
use crate::{
    cmd::{Exit, Failure},
    explain::stacks::{FoldedOrigin, Stacks, Weight, folded_origin, parse_folded},
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
    /// Stacks from a file, and what it says that they are.
    Folded { text: String, title: String, origin: Option<FoldedOrigin> },
}

impl Against {
    /// A file of folded stacks of the benchmark `id`, a stored run, a baseline or a revision. Runs keep no stacks: they
    /// are large, and a count can be made again from the run's revision.
    pub fn find(workspace: &Workspace, name: &str, id: &str) -> Result<Self, Failure> {
        let path = Path::new(name);
        if path.is_file() && path.extension().is_none_or(|extension| extension != "json") {
            return read(path, name, id);
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

    /// Refuse a file whose stacks weigh something else, before anything is profiled.
    pub fn check(&self, weight: Weight) -> Result<(), Failure> {
        match self {
            Self::Folded { title, origin: Some(origin), .. } if origin.weight != weight => {
                let message = format!(
                    "{title} holds {}; what is asked for now is {}",
                    origin.weight.describe(),
                    weight.describe()
                );
                Err(Failure::new(Exit::Refused, message))
            }
            _ => Ok(()),
        }
    }

    /// What to know before trusting the comparison.
    pub fn caution(&self, id: &str, weight: Weight) -> Option<String> {
        match self {
            Self::Folded { title, origin: None, .. } => Some(format!(
                "{title} does not say what it holds; its weights are taken for those of {id} in {}",
                weight.unit()
            )),
            _ => None,
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
            Self::Folded { text, title, origin } => {
                let wrong = |why| Failure::new(Exit::Usage, format!("{title}: {why}"));
                let mut stacks = parse_folded(text, weight).map_err(wrong)?;
                if let Some(samples) = origin.as_ref().and_then(|origin| origin.samples) {
                    stacks.set_samples(samples);
                }
                Ok(stacks)
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

fn read(path: &Path, name: &str, id: &str) -> Result<Against, Failure> {
    let io = |source| SessionError::Io { what: name.to_owned(), source };
    let length = fs::metadata(path).map_err(io)?.len();
    if length > FOLDED_LIMIT_BYTES {
        let message = format!("{name}: {length} bytes of folded stacks, the limit is {FOLDED_LIMIT_BYTES}");
        return Err(Failure::new(Exit::Usage, message));
    }
    let text = fs::read_to_string(path).map_err(io)?;
    let origin = folded_origin(&text).map_err(|why| Failure::new(Exit::Usage, format!("{name}: {why}")))?;
    if let Some(other) = origin.as_ref().filter(|origin| origin.id != id) {
        return Err(Failure::new(Exit::Refused, format!("{name} holds stacks of {}, not of {id}", other.id)));
    }
    Ok(Against::Folded { text, title: name.to_owned(), origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, id: &str) -> Result<Against, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("then.folded");
        fs::write(&path, text).unwrap();
        read(&path, "then.folded", id)
    }

    #[test]
    fn stacks_of_another_benchmark_or_weight_are_refused() {
        let text = "# perfkit.folded seal/64 instructions/op\na 1\n";
        let other = file(text, "seal/256").unwrap_err();
        assert_eq!(other.exit, Exit::Refused);
        assert!(other.message.contains("stacks of seal/64, not of seal/256"), "{other}");
        let own = file(text, "seal/64").unwrap();
        assert!(own.check(Weight::Instructions).is_ok() && own.caution("seal/64", Weight::Blocks).is_none());
        for weight in [Weight::FirstCall, Weight::Bytes, Weight::Nanoseconds] {
            assert_eq!(own.check(weight).unwrap_err().exit, Exit::Refused);
        }
        assert_eq!(file("# perfkit.folded seal\n", "seal").unwrap_err().exit, Exit::Usage);
    }

    #[test]
    fn stacks_of_unknown_origin_are_taken_with_a_caution() {
        let unknown = file("a 1\n", "seal/64").unwrap();
        assert!(unknown.check(Weight::Bytes).is_ok());
        let caution = unknown.caution("seal/64", Weight::Bytes).unwrap();
        assert!(caution.contains("then.folded does not say") && caution.contains("B/op"), "{caution}");
    }
}
