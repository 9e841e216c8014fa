//! Running one process: its output is bounded, its time is limited, and the user's interrupt ends it.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    InstrumentError,
    interrupt::interrupted,
    pipes::{Captured, ERROR_TAIL_BYTES, Pipes, STDOUT_LIMIT_BYTES},
    process_group::ProcessGroup,
};

/// The harness's exit code for a workload whose answer was wrong.
const WRONG_ANSWER_EXIT_CODE: i32 = 86;

/// No bench process works longer than this.
const PROCESS_TIME_LIMIT: Duration = Duration::from_secs(30 * 60);

/// How often a waiting caller looks whether the user wants to stop: short for a person, rare beside a measurement.
const INTERRUPT_POLL: Duration = Duration::from_millis(100);

/// The first pause between closed pipes and the end of their process, which follows at once; pauses double.
const SHORTEST_PAUSE: Duration = Duration::from_micros(100);

/// What is left to a process that was interrupted for cleaning up, and to the pipes of one that has ended for closing.
const GRACE: Duration = Duration::from_secs(1);

/// The environment of counted processes and of both arms of a comparison: counts and times move with the environment's
/// length, so they get a fixed one.
const FIXED_ENVIRONMENT: [(&str, &str); 2] = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C")];

/// What a process printed before it ended well.
#[derive(Debug)]
pub(crate) struct Output {
    /// Standard output, with what is not UTF-8 replaced.
    pub stdout: String,
}

/// A process to be run, described in errors without machine paths.
pub(crate) struct Process {
    command: Command,
    description: String,
    tool: Option<(&'static str, &'static str)>,
    /// An exit code that is as good as 0.
    accepted: Option<i32>,
    limit: Duration,
}

impl Process {
    /// Run `program`; errors show it as `name`.
    pub fn new(program: &Path, name: &str) -> Self {
        Self {
            command: Command::new(program),
            description: name.to_owned(),
            tool: None,
            accepted: None,
            limit: PROCESS_TIME_LIMIT,
        }
    }

    /// If the program is not there, say that `tool` is missing and how to install it.
    pub fn of_tool(mut self, tool: &'static str, remedy: &'static str) -> Self {
        self.tool = Some((tool, remedy));
        self
    }

    /// An argument that errors show.
    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self.description.push(' ');
        self.description.push_str(argument);
        self
    }

    /// Arguments that errors show.
    pub fn args(self, arguments: &[&str]) -> Self {
        arguments.iter().fold(self, |process, argument| process.arg(argument))
    }

    /// An argument with a path in it, which errors leave out.
    pub fn path_arg(mut self, option: &str, path: &Path) -> Self {
        let mut argument = std::ffi::OsString::from(option);
        argument.push(path);
        self.command.arg(argument);
        self
    }

    /// The working directory.
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// A variable on top of the inherited environment.
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// The same of several variables.
    pub fn envs(mut self, variables: &BTreeMap<String, String>) -> Self {
        self.command.envs(variables);
        self
    }

    /// Nothing of the parent's environment, so that numbers are the same whoever asks, but what a suite declares.
    pub fn with_fixed_environment(mut self, of_suite: &BTreeMap<String, String>) -> Self {
        self.command.env_clear().envs(FIXED_ENVIRONMENT).envs(of_suite);
        self
    }

    /// On this CPU alone, where the platform can do that. A CPU that may not be used leaves the process where it is.
    pub fn pinned_to(mut self, cpu: Option<usize>) -> Self {
        #[cfg(target_os = "linux")]
        if let Some(cpu) = cpu {
            use std::os::unix::process::CommandExt;
            let pin = move || {
                // A set of CPUs can shrink while a comparison runs; both arms are then free alike.
                let _ = super::affinity::pin_this_process(cpu);
                Ok(())
            };
            // SAFETY: between fork and exec only the one system call of `pin_this_process` is made.
            unsafe { self.command.pre_exec(pin) };
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (&mut self, cpu);
        self
    }

    /// An exit code that says something else than failure.
    pub fn accepting(mut self, code: i32) -> Self {
        self.accepted = Some(code);
        self
    }

    /// Longer, or shorter, than one benchmark may take.
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Run to a successful end.
    pub fn run(self) -> Result<Output, InstrumentError> {
        let limit = self.limit;
        self.run_within(limit)
    }

    fn run_within(mut self, limit: Duration) -> Result<Output, InstrumentError> {
        if interrupted() {
            return Err(InstrumentError::Interrupted);
        }
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = match (ProcessGroup::start(&mut self.command), self.tool) {
            (Ok(group), _) => group,
            (Err(error), Some((tool, remedy)))
                if error.kind() == ErrorKind::NotFound && !self.program_exists() =>
            {
                return Err(InstrumentError::ToolMissing { tool, remedy });
            }
            (Err(source), _) => {
                return Err(InstrumentError::Io { what: format!("running {}", self.description), source });
            }
        };
        let mut pipes = Pipes::of(group.leader());
        let end = wait_for_end(&mut group, &mut pipes, limit);
        if end == End::Interrupt {
            group.interrupt();
            leave_to(&mut group, GRACE);
        }
        if end != End::Itself || pipes.are_open() {
            group.end();
        }
        let status = group
            .collect()
            .map_err(|source| InstrumentError::Io { what: self.description.clone(), source })?;
        // Those of an ended group close at once; one that somebody took out of the group is left to him.
        pipes.wait(GRACE);
        let (stdout, stderr) = pipes.take();
        match end {
            End::Interrupt => Err(InstrumentError::Interrupted),
            End::Limit => Err(InstrumentError::TimeLimit {
                command: self.description.clone(),
                seconds: limit.as_secs_f64(),
                output: printed(&stdout, &stderr),
            }),
            // Whoever sent the interrupt may have sent it to the process too.
            End::Itself if interrupted() && !status.success() => Err(InstrumentError::Interrupted),
            End::Itself => self.judge(status, &stdout, &stderr),
        }
    }

    /// A working folder that is not there is "not found" too.
    fn program_exists(&self) -> bool {
        find_program(self.command.get_program()).is_some()
    }

    fn judge(
        &self,
        status: ExitStatus,
        stdout: &Captured,
        stderr: &Captured,
    ) -> Result<Output, InstrumentError> {
        if status.code() == Some(WRONG_ANSWER_EXIT_CODE) {
            return Err(InstrumentError::WrongAnswer(wrong_answer(&text(&stderr.bytes))));
        }
        if !status.success() && (status.code().is_none() || status.code() != self.accepted) {
            return Err(InstrumentError::ProcessFailed {
                command: self.description.clone(),
                status: describe(status),
                output: printed(stdout, stderr),
            });
        }
        if stdout.overflowed {
            return Err(InstrumentError::Unreadable {
                what: format!("the output of {}", self.description),
                why: format!("it is longer than {STDOUT_LIMIT_BYTES} bytes"),
            });
        }
        Ok(Output { stdout: String::from_utf8_lossy(&stdout.bytes).into_owned() })
    }
}

/// Why waiting for a process is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It has ended.
    Itself,
    /// The user wants to stop.
    Interrupt,
    /// Its time is over.
    Limit,
}

/// Wait for the end of the process and then for its pipes, whoever holds them, for a moment.
fn wait_for_end(group: &mut ProcessGroup, pipes: &mut Pipes, limit: Duration) -> End {
    let started = Instant::now();
    let mut ended: Option<Instant> = None;
    let mut pause = SHORTEST_PAUSE;
    loop {
        if ended.is_none() && group.has_ended() {
            ended = Some(Instant::now());
        }
        match ended {
            Some(moment) if !pipes.are_open() || moment.elapsed() > GRACE => return End::Itself,
            None if interrupted() => return End::Interrupt,
            None if started.elapsed() > limit => return End::Limit,
            _ => {}
        }
        if pipes.are_open() {
            pipes.wait(INTERRUPT_POLL);
        } else {
            thread::sleep(pause);
            pause = (2 * pause).min(INTERRUPT_POLL);
        }
    }
}

/// Wait for the end of the process, for so long at most.
fn leave_to(group: &mut ProcessGroup, at_most: Duration) {
    let started = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    while !group.has_ended() && started.elapsed() < at_most {
        thread::sleep(pause);
        pause = (2 * pause).min(INTERRUPT_POLL);
    }
}

/// What a process complained of; what it printed else, where it did not complain.
fn printed(stdout: &Captured, stderr: &Captured) -> String {
    let complaint = text(&stderr.bytes);
    if complaint.is_empty() { text(&stdout.bytes) } else { complaint }
}

/// The end of an output.
fn text(bytes: &[u8]) -> String {
    let start = bytes.len().saturating_sub(ERROR_TAIL_BYTES);
    String::from_utf8_lossy(&bytes[start..]).trim().to_owned()
}

/// Where `program` is on the search path of perfkit itself; an absolute path is its own answer.
pub(crate) fn find_program(program: impl AsRef<Path>) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program.as_ref())).find(|file| file.is_file())
}

/// The harness's own line among what valgrind printed around it.
fn wrong_answer(complaint: &str) -> String {
    const MARK: &str = "perfkit: wrong answer from ";
    let line = complaint.lines().find_map(|line| line.strip_prefix(MARK));
    line.unwrap_or(complaint).to_owned()
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        const ILLEGAL_INSTRUCTION: i32 = 4;
        if status.signal() == Some(ILLEGAL_INSTRUCTION) {
            return "an illegal instruction (under valgrind: build without target-cpu=native)".to_owned();
        }
    }
    status.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        Process::new(Path::new("/bin/sh"), "sh").args(&["-c", script])
    }

    #[test]
    fn output_of_a_good_end_is_kept() {
        assert_eq!(shell("echo one; echo two >&2").run().unwrap().stdout, "one\n");
    }

    #[test]
    fn a_failure_shows_the_end_of_what_was_printed() {
        let error =
            shell("head -c 100000 /dev/zero | tr '\\0' x >&2; echo because >&2; exit 3").run().unwrap_err();
        let InstrumentError::ProcessFailed { status, output, .. } = error else { panic!("{error}") };
        assert_eq!(status, "exit status: 3");
        assert!(output.ends_with("because") && output.len() <= ERROR_TAIL_BYTES, "{} bytes", output.len());
    }

    #[test]
    fn the_wrong_answer_is_told_from_a_failure() {
        let error =
            shell("echo '==1== noise' >&2; echo 'perfkit: wrong answer from a/b: 3' >&2; exit 86").run();
        assert_eq!(error.unwrap_err().to_string(), "wrong answer: a/b: 3");
    }

    #[test]
    fn a_process_without_end_is_ended() {
        let error = shell("exec sleep 1000").run_within(Duration::ZERO).unwrap_err();
        assert_eq!(
            error.to_string(),
            "sh -c exec sleep 1000 was ended after 0 s, its limit; it printed: nothing"
        );
    }

    #[test]
    fn what_was_started_by_a_process_ends_with_it_and_what_was_printed_is_shown() {
        // A shell that had no time to print on a busy machine gets more.
        let started = [100, 1_000, 10_000, 60_000].into_iter().find_map(|milliseconds| {
            let limit = Duration::from_millis(milliseconds);
            let error = shell("sleep 1000 & echo $! >&2; wait").run_within(limit).unwrap_err();
            let InstrumentError::TimeLimit { output, .. } = error else { panic!("{error}") };
            output.parse::<u32>().ok()
        });
        assert_ends(started.unwrap());
    }

    #[test]
    fn a_process_that_closes_its_pipes_is_waited_for_and_has_the_same_limit() {
        let error = shell("exec >&- 2>&-; exec sleep 1000").run_within(Duration::from_millis(100));
        let error = error.unwrap_err();
        assert!(matches!(error, InstrumentError::TimeLimit { .. }), "{error}");
        let output = shell("echo one; exec >&- 2>&-; sleep 0.2; exit 3").run().unwrap_err();
        assert!(output.to_string().contains("exit status: 3: one"), "{output}");
    }

    #[test]
    fn who_holds_the_pipes_of_a_process_that_has_ended_is_not_waited_for() {
        let pid = shell("sleep 1000 & echo $!").run().unwrap().stdout;
        assert_ends(pid.trim().parse().unwrap());
    }

    /// A daemon has left the group; it is not perfkit's to end, and nothing to wait for.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_daemon_that_holds_the_pipes_is_left_alone() {
        if find_program("setsid").is_none() {
            eprintln!("skipped: setsid is not installed");
            return;
        }
        let pid = shell("setsid sleep 1000 & echo $!").run().unwrap().stdout;
        let killed = shell(&format!("kill -9 {}", pid.trim())).run();
        assert!(killed.is_ok(), "the daemon had been ended: {killed:?}");
    }

    /// Whoever was killed is gone a moment later, or waits for somebody to collect it.
    fn assert_ends(pid: u32) {
        let is_there = || shell(&format!("kill -0 {pid}")).run().is_ok();
        let has_ended = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.is_ok_and(|stat| stat.contains(") Z "))
        };
        let started = Instant::now();
        while is_there() && !has_ended() {
            assert!(started.elapsed() < Duration::from_secs(60), "process {pid} works on");
            thread::yield_now();
        }
    }

    #[test]
    fn a_missing_tool_names_its_remedy() {
        let missing =
            Process::new(Path::new("/nowhere/valgrind"), "valgrind").of_tool("valgrind", "install it");
        assert_eq!(missing.run().unwrap_err().to_string(), "valgrind is not installed; install it");
    }

    #[test]
    fn a_counted_process_sees_nothing_of_our_environment_and_all_of_its_suites() {
        let printed = |of_suite: &[(&str, &str)]| {
            let of_suite = of_suite.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let process = Process::new(Path::new("/usr/bin/env"), "env");
            process.with_fixed_environment(&of_suite.collect()).run().unwrap().stdout
        };
        assert_eq!(printed(&[]), "LANG=C\nPATH=/usr/local/bin:/usr/bin:/bin\n");
        assert_eq!(
            printed(&[("LANG", "de"), ("KEY", "1")]),
            "KEY=1\nLANG=de\nPATH=/usr/local/bin:/usr/bin:/bin\n"
        );
    }
}
