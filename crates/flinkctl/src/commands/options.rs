//! `flinkctl options`: the options that every command has.

use clap::Command;

use crate::{app::Global, command::LocalCommand, output::write_raw};

pub(crate) const OPTIONS: LocalCommand = LocalCommand {
    name: "options",
    describe,
    run: |_| Box::pin(async { Ok(write_raw(text().as_bytes())?) }),
};

fn describe(command: Command) -> Command {
    command.about("Lists the options that every command has")
}

/// The options, as the help of a command shows its own.
fn text() -> String {
    let options = <Global as clap::Args>::augment_args(Command::new("flinkctl"));
    let options = options.disable_help_flag(true).help_template("{all-args}\n");
    options.clone().render_help().to_string()
}
