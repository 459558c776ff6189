//! Completion in bash. It cuts words at `:` and `=`, as in an address, so the line is read here as a whole.

use std::{ffi::OsString, io, path::Path};

use clap_complete::{engine, env::EnvCompleter};

/// Set by the script: the end of the word, which is all that bash replaces.
const REPLACED: &str = "FLINKCTL_REPLACED";

const SCRIPT: &str = r#"_flinkctl() {
    local IFS=$'\n'
    COMPREPLY=( $(VARIABLE=bash REPLACED="$2" COMPLETER -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null) )
    if [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o bashdefault -F _flinkctl BIN
"#;

pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let script = SCRIPT.replace("VARIABLE", variable).replace("REPLACED", REPLACED);
        out.write_all(script.replace("COMPLETER", completer).replace("BIN", bin).as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let word = words.last().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
        let replaced = std::env::var(REPLACED).unwrap_or_default();
        let kept = word.strip_suffix(&replaced).unwrap_or_default();
        let at = words.len().saturating_sub(1);
        for candidate in engine::complete(command, words, at, folder)? {
            let value = candidate.get_value().to_string_lossy();
            // Options are offered to those who begin one.
            if value.starts_with('-') && !word.starts_with('-') {
                continue;
            }
            writeln!(out, "{}", value.strip_prefix(kept).unwrap_or(&value))?;
        }
        Ok(())
    }
}

/// The words of a line, as a shell reads them; the last one is the one that is being written.
pub(super) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut quote, mut escaped, mut begun) = (None, false, false);
    for c in line.chars() {
        match (quote, c) {
            _ if std::mem::take(&mut escaped) => word.push(c),
            (None | Some('"'), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.push(c),
            (None, '\'' | '"') => (quote, begun) = (Some(c), true),
            (None, c) if c.is_whitespace() => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            (None, c) => word.push(c),
        }
    }
    words.push(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_line_is_read_as_a_shell_does() {
        assert_eq!(words("flinkctl job get "), ["flinkctl", "job", "get", ""]);
        assert_eq!(words("f -u http://h:1/ Or"), ["f", "-u", "http://h:1/", "Or"]);
        assert_eq!(words(r#"f 'a b' "c \"d" e\ f '' g"#), ["f", "a b", "c \"d", "e f", "", "g"]);
        assert_eq!(words("f 'open a"), ["f", "open a"]);
    }
}
