//! Progress output of slow steps.

use std::io::{IsTerminal, Write, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Output while a Flink is downloaded and unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// No output.
    #[default]
    Silent,
    /// Progress bars on standard error; one line per step if that is not a terminal.
    Stderr,
}

impl Progress {
    /// Tells if a terminal shows the progress bar.
    pub(crate) fn is_interactive(self) -> bool {
        self == Self::Stderr && stderr().is_terminal()
    }

    pub(crate) fn print(self, line: &str) {
        if self == Self::Stderr {
            // A closed standard error must not abort the work.
            let _ = writeln!(stderr(), "{line}");
        }
    }

    /// Returns a progress bar over `bytes`, hidden without a terminal.
    pub(crate) fn bar(self, bytes: u64, title: String) -> ProgressBar {
        let target =
            if self.is_interactive() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(bytes), target).with_message(title);
        match ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}
