//! What is told while something slow happens.

use std::io::{IsTerminal, Write, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is told while a Flink is downloaded and unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// Nothing.
    #[default]
    Silent,
    /// Progress bars on standard error; one line for each step where that is not a terminal.
    Stderr,
}

impl Progress {
    /// Whether there is somebody to look at a progress bar.
    pub(crate) fn is_watched(self) -> bool {
        self == Self::Stderr && stderr().is_terminal()
    }

    pub(crate) fn say(self, line: &str) {
        if self == Self::Stderr {
            // A closed standard error is no reason to give up the work.
            let _ = writeln!(stderr(), "{line}");
        }
    }

    /// A bar over `bytes`, hidden where nobody would see it.
    pub(crate) fn bar(self, bytes: u64, title: String) -> ProgressBar {
        let target =
            if self.is_watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target).with_message(title);
        match ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}
