//! A process and all that it starts, as one group that ends as a whole: what valgrind or a runner works on is not
//! perfkit's own child, and would go on working beside the next measurement.

use std::{
    io,
    process::{Child, Command, ExitStatus},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::interrupt::listen;

/// The leaders of the groups under way, which are as many as there are threads that count.
static UNDER_WAY: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// A process that was started as the leader of a group of its own. Its number, which is the group's too, is nobody
/// else's until it is collected.
pub(super) struct ProcessGroup {
    leader: Child,
}

impl ProcessGroup {
    /// Start the process.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        listen();
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Held while the process is made, so that whoever ends all groups misses none.
        let mut under_way = under_way();
        let leader = command.spawn()?;
        under_way.push(leader.id());
        Ok(Self { leader })
    }

    /// The process itself, for its pipes.
    pub fn leader(&mut self) -> &mut Child {
        &mut self.leader
    }

    /// Whether the leader has ended. It is not collected.
    #[cfg(unix)]
    pub fn has_ended(&mut self) -> bool {
        // SAFETY: a siginfo_t is plain data, for which zeros are valid.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        // SAFETY: `info` is valid and exclusive for the length of the call.
        let outcome = unsafe { libc::waitid(libc::P_PID, self.leader.id(), &mut info, options) };
        // One that cannot be waited for is gone.
        outcome != 0 || info.si_signo == libc::SIGCHLD
    }

    /// Whether the leader has ended.
    #[cfg(not(unix))]
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.leader.try_wait(), Ok(None))
    }

    /// Ask all of the group to end, as a terminal does.
    pub fn interrupt(&self) {
        #[cfg(unix)]
        signal(self.leader.id(), libc::SIGINT);
    }

    /// End all of the group.
    pub fn end(&mut self) {
        #[cfg(unix)]
        signal(self.leader.id(), libc::SIGKILL);
        // It may have ended by itself in the meantime, which is as good.
        #[cfg(not(unix))]
        let _ = self.leader.kill();
    }

    /// Wait for the leader's end.
    pub fn collect(mut self) -> io::Result<ExitStatus> {
        let id = self.leader.id();
        under_way().retain(|leader| *leader != id);
        self.leader.wait()
    }
}

/// End all groups under way, and this process. No other is started meanwhile.
pub(super) fn end_all_and_exit(code: i32) -> ! {
    let under_way = under_way();
    #[cfg(unix)]
    for leader in under_way.iter() {
        signal(*leader, libc::SIGKILL);
    }
    std::process::exit(code)
}

/// The list is whole even if a thread failed while it held it.
fn under_way() -> MutexGuard<'static, Vec<u32>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Signal a group whose leader is not collected yet. One that has ended by itself is as good.
#[cfg(unix)]
fn signal(leader: u32, signal: libc::c_int) {
    if let Ok(group) = libc::pid_t::try_from(leader) {
        // SAFETY: the call takes numbers alone.
        unsafe { libc::kill(-group, signal) };
    }
}
