//! The command to type next, by what failed.

use super::Triage;
use crate::render::shell_word::quoted;

/// The most telling first; only what can be profiled is to be looked at in stacks. `base` is the other side's revision;
/// empty where there is none.
pub(super) fn commands(triage: &Triage, base: &str) -> Vec<String> {
    let id = quoted(&triage.id);
    let against = if base.is_empty() { String::new() } else { format!(" --diff {}", quoted(base)) };
    let mut commands = Vec::new();
    if triage.is_about_work() {
        commands.push(format!("perfkit flame {id}{against}"));
    }
    if triage.is_about_allocations() {
        commands.push(format!("perfkit flame {id} --instrument allocs{against}"));
        commands.push(format!("perfkit allocs --filter {id} --sites 10"));
    }
    if !triage.is_counted() {
        if triage.is_operation {
            commands.push(format!("perfkit flame {id} --instrument perf{against}"));
        }
        commands.push("perfkit doctor".to_owned());
    }
    commands
}
