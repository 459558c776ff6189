//! Handing the terminal to a command that asks the user.

use std::fs::File;

use nix::{
    sys::{
        signal::{SigSet, SigmaskHow, Signal},
        termios::{SetArg, Termios, tcgetattr, tcsetattr},
    },
    unistd::{Pid, getpgrp, tcgetpgrp, tcsetpgrp},
};

/// The terminal of this process while another process group is in its foreground. Dropping it takes the terminal back.
#[derive(Debug)]
pub(super) struct Lent {
    terminal: File,
    group: Pid,
    modes: Termios,
}

impl Lent {
    /// Puts a process group into the foreground, if this process's group is there now.
    pub(super) fn to(group: Pid) -> Option<Self> {
        let terminal = File::options().read(true).write(true).open("/dev/tty").ok()?;
        if tcgetpgrp(&terminal) != Ok(getpgrp()) {
            return None;
        }
        let modes = tcgetattr(&terminal).ok()?;
        put_into_foreground(&terminal, group).ok()?;
        Some(Self { terminal, group, modes })
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // A shell may have taken the terminal meanwhile.
        if tcgetpgrp(&self.terminal) == Ok(self.group) {
            // It fails if the terminal is gone, which is fine.
            let _ = put_into_foreground(&self.terminal, getpgrp());
            // A command that was killed while it read a password leaves the echo off.
            let _ = tcsetattr(&self.terminal, SetArg::TCSADRAIN, &self.modes);
        }
    }
}

fn put_into_foreground(terminal: &File, group: Pid) -> nix::Result<()> {
    let mut stop = SigSet::empty();
    // This signal goes to background processes, and would stop this one.
    stop.add(Signal::SIGTTOU);
    let before = stop.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let done = tcsetpgrp(terminal, group);
    before.thread_set_mask()?;
    done
}
