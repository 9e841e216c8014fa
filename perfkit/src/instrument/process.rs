//! Running one process: its output is bounded, its time is limited, and the user's interrupt ends it.

use std::{
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use super::InstrumentError;

/// The harness's exit code for a workload whose answer was wrong.
const WRONG_ANSWER_EXIT_CODE: i32 = 86;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// No bench process works longer than this.
const PROCESS_TIME_LIMIT: Duration = Duration::from_secs(30 * 60);

/// How often a waiting caller looks whether the user wants to stop: short for a person, rare beside a measurement.
const INTERRUPT_POLL: Duration = Duration::from_millis(100);

/// The most standard output kept, which is a list of benchmarks or summaries of them; more is an error.
const STDOUT_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// How much of what a failed process printed an error shows.
const ERROR_TAIL_BYTES: usize = 4 * 1024;

/// The environment of counted processes and of both arms of a comparison: counts and times move with the environment's
/// length, so they get a fixed one.
const FIXED_ENVIRONMENT: [(&str, &str); 2] = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C")];

/// Ask all instruments to stop; processes under way are ended. True if that was asked before.
pub fn interrupt() -> bool {
    INTERRUPTED.swap(true, Ordering::Relaxed)
}

/// Whether the instruments were asked to stop.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

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

    /// Nothing of the parent's environment, so that numbers are the same whoever asks.
    pub fn with_fixed_environment(mut self) -> Self {
        self.command.env_clear().envs(FIXED_ENVIRONMENT);
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
        let mut child = match (self.command.spawn(), self.tool) {
            (Ok(child), _) => child,
            (Err(error), Some((tool, remedy)))
                if error.kind() == ErrorKind::NotFound && !self.program_exists() =>
            {
                return Err(InstrumentError::ToolMissing { tool, remedy });
            }
            (Err(source), _) => {
                return Err(InstrumentError::Io { what: format!("running {}", self.description), source });
            }
        };
        let (stdout, stderr) = match self.wait_for_output(&mut child, limit) {
            Ok(outputs) => outputs,
            Err(error) => {
                // It may have ended by itself in the meantime, which is as good.
                let _ = child.kill();
                let _ = child.wait();
                return Err(error);
            }
        };
        let waited = child.wait();
        let status =
            waited.map_err(|source| InstrumentError::Io { what: self.description.clone(), source })?;
        if interrupted() {
            return Err(InstrumentError::Interrupted);
        }
        self.judge(status, stdout, &stderr)
    }

    /// A working folder that is not there is "not found" too.
    fn program_exists(&self) -> bool {
        find_program(self.command.get_program()).is_some()
    }

    /// Both outputs, once the process has closed them.
    fn wait_for_output(
        &self,
        child: &mut Child,
        limit: Duration,
    ) -> Result<(Captured, Captured), InstrumentError> {
        let started = Instant::now();
        let stdout = capture(child.stdout.take(), Keep::Start(STDOUT_LIMIT_BYTES));
        let stderr = capture(child.stderr.take(), Keep::End(ERROR_TAIL_BYTES));
        let receive = |captured: mpsc::Receiver<Captured>| {
            loop {
                match captured.recv_timeout(INTERRUPT_POLL) {
                    Ok(captured) => return Ok(captured),
                    Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(Captured::default()),
                    Err(mpsc::RecvTimeoutError::Timeout) if interrupted() => {
                        return Err(InstrumentError::Interrupted);
                    }
                    Err(mpsc::RecvTimeoutError::Timeout) if started.elapsed() > limit => {
                        return Err(self.failed(format!("no end after {} s", limit.as_secs()), String::new()));
                    }
                    Err(mpsc::RecvTimeoutError::Timeout) => {}
                }
            }
        };
        Ok((receive(stdout)?, receive(stderr)?))
    }

    fn judge(
        &self,
        status: ExitStatus,
        stdout: Captured,
        stderr: &Captured,
    ) -> Result<Output, InstrumentError> {
        let complaint = String::from_utf8_lossy(&stderr.bytes).trim().to_owned();
        if status.code() == Some(WRONG_ANSWER_EXIT_CODE) {
            return Err(InstrumentError::WrongAnswer(wrong_answer(&complaint)));
        }
        if !status.success() && (status.code().is_none() || status.code() != self.accepted) {
            let printed = if complaint.is_empty() { tail(&stdout.bytes) } else { complaint };
            return Err(self.failed(describe(status), printed));
        }
        if stdout.overflowed {
            return Err(InstrumentError::Unreadable {
                what: format!("the output of {}", self.description),
                why: format!("it is longer than {STDOUT_LIMIT_BYTES} bytes"),
            });
        }
        Ok(Output { stdout: String::from_utf8_lossy(&stdout.bytes).into_owned() })
    }

    fn failed(&self, status: String, output: String) -> InstrumentError {
        InstrumentError::ProcessFailed { command: self.description.clone(), status, output }
    }
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

#[derive(Default)]
struct Captured {
    bytes: Vec<u8>,
    overflowed: bool,
}

/// Which part of an output that is too long.
enum Keep {
    Start(usize),
    End(usize),
}

/// Read to the end on a thread of its own, so that a process never blocks on a full pipe.
fn capture(stream: Option<impl Read + Send + 'static>, keep: Keep) -> mpsc::Receiver<Captured> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stream) = stream {
        thread::spawn(move || {
            let mut captured = Captured::default();
            let mut chunk = [0u8; 16 * 1024];
            // A pipe that breaks ends the text early; the exit status still tells.
            while let Ok(read @ 1..) = stream.read(&mut chunk) {
                captured.bytes.extend_from_slice(&chunk[..read]);
                match keep {
                    Keep::Start(limit) if captured.bytes.len() > limit => {
                        captured.bytes.truncate(limit);
                        captured.overflowed = true;
                    }
                    Keep::End(limit) if captured.bytes.len() > limit => {
                        captured.bytes.drain(..captured.bytes.len() - limit);
                    }
                    _ => {}
                }
            }
            // Nobody listens any more if the user interrupted.
            let _ = sender.send(captured);
        });
    }
    receiver
}

fn tail(bytes: &[u8]) -> String {
    let start = bytes.len().saturating_sub(ERROR_TAIL_BYTES);
    String::from_utf8_lossy(&bytes[start..]).trim().to_owned()
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
        assert!(error.to_string().contains("no end after 0 s"), "{error}");
    }

    #[test]
    fn a_missing_tool_names_its_remedy() {
        let missing =
            Process::new(Path::new("/nowhere/valgrind"), "valgrind").of_tool("valgrind", "install it");
        assert_eq!(missing.run().unwrap_err().to_string(), "valgrind is not installed; install it");
    }

    #[test]
    fn a_counted_process_sees_nothing_of_our_environment() {
        let printed =
            Process::new(Path::new("/usr/bin/env"), "env").with_fixed_environment().run().unwrap().stdout;
        assert_eq!(printed, "LANG=C\nPATH=/usr/local/bin:/usr/bin:/bin\n");
    }
}
