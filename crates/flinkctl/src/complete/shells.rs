//! The protocols of the shells. A candidate may come from a server, the file of contexts or the file system: it is quoted
//! so that the shell reads one word, or it is left out.

use std::{
    ffi::OsString,
    io::{self, Write},
    path::Path,
};

use clap_complete::{
    engine,
    env::{Elvish, EnvCompleter, Fish, Powershell},
};

use super::line::{End, Line};
use crate::output::{is_unprintable, plain};

/// Variable that zsh and elvish set: the index of the word that is being completed.
const INDEX: &str = "_CLAP_COMPLETE_INDEX";

/// Variable that bash sets: the end of the word, which is the part that bash replaces.
const REPLACED: &str = "FLINKCTL_REPLACED";

/// Variable that zsh sets: the line up to the cursor, after the earlier lines of the same command.
const LINE: &str = "FLINKCTL_LINE";

// `read` instead of an array of `$(…)`, where bash would expand a `*` in a candidate.
const BASH: &str = r#"_flinkctl() {
    local candidate
    COMPREPLY=()
    while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(
        VARIABLE=bash REPLACED="$2" COMPLETER -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null
    )
    if [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o bashdefault -F _flinkctl BIN
"#;

// zsh quotes insertions itself.
const ZSH: &str = r#"#compdef BIN
_flinkctl() {
    local -a candidates folders others
    local candidate
    candidates=("${(@f)$(
        VARIABLE=zsh INDEX=$((CURRENT - 1)) LINE="$PREBUFFER$LBUFFER" COMPLETER -- "${(@Q)words}" 2>/dev/null
    )}")
    for candidate in $candidates; do
        if [[ "$candidate" == */ ]]; then folders+=("${candidate%/}"); else others+=("$candidate"); fi
    done
    [[ -n $folders ]] && _describe -V 'values' folders -S '/' -r '/'
    [[ -n $others ]] && _describe -V 'values' others
}
compdef _flinkctl BIN
"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

impl EnvCompleter for Shell {
    fn name(&self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Zsh => "zsh",
        }
    }

    fn is(&self, name: &str) -> bool {
        name == self.name() || (*self == Self::Powershell && Powershell.is(name))
    }

    fn write_registration(
        &self,
        variable: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let script = match self {
            Self::Bash => BASH,
            Self::Zsh => ZSH,
            Self::Elvish => return Elvish.write_registration(variable, name, bin, completer, out),
            Self::Fish => return Fish.write_registration(variable, name, bin, completer, out),
            Self::Powershell => return Powershell.write_registration(variable, name, bin, completer, out),
        };
        let names = [
            ("VARIABLE", variable),
            ("REPLACED", REPLACED),
            ("INDEX", INDEX),
            (" LINE=", &format!(" {LINE}=")),
            ("COMPLETER", completer),
            ("BIN", bin),
        ];
        let script = names.iter().fold(script.to_owned(), |script, (name, is)| script.replace(name, is));
        out.write_all(script.as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut clap::Command,
        mut words: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let index = std::env::var(INDEX).ok().and_then(|index| index.parse().ok());
        let index = index.unwrap_or(words.len().saturating_sub(1));
        if words.len() == index {
            words.push(OsString::new());
        }
        let word = words.get(index).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
        let place = Place::here(*self, &word);
        for candidate in engine::complete(command, words, index, folder)? {
            let Some(value) = candidate.get_value().to_str() else { continue };
            // Options are offered only after a dash.
            if value.starts_with('-') && !word.starts_with('-') {
                continue;
            }
            let Some(value) = place.written(value) else { continue };
            let note = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            let note = plain(note.lines().next().unwrap_or_default());
            match self {
                Self::Zsh if !note.is_empty() => writeln!(out, "{value}:{}", note.replace('\\', "\\\\"))?,
                Self::Fish | Self::Powershell if !note.is_empty() => writeln!(out, "{value}\t{note}")?,
                _ => writeln!(out, "{value}")?,
            }
        }
        Ok(())
    }
}

/// The position of the cursor on the line.
#[derive(Debug)]
struct Place {
    shell: Shell,
    /// The beginning of the word that bash keeps: it replaces only the end.
    kept: String,
    /// The quoting. Where it is unknown, only words are offered that need none.
    quoting: End,
}

impl Place {
    fn here(shell: Shell, word: &str) -> Self {
        let read = |name| std::env::var(name).unwrap_or_default();
        let quoting = match shell {
            Shell::Bash => return Self::in_bash(&super::typed(), word, &read(REPLACED)),
            Shell::Fish => End::Unquoted,
            Shell::Zsh => Line::read(&read(LINE)).end,
            Shell::Elvish | Shell::Powershell => End::Unknown,
        };
        Self { shell, kept: String::new(), quoting }
    }

    fn in_bash(line: &str, word: &str, replaced: &str) -> Self {
        let before = Line::read(line.strip_suffix(replaced).unwrap_or(line));
        let kept = before.words.last().filter(|kept| word.starts_with(*kept)).cloned().unwrap_or_default();
        // A quote that opens in the replaced part may be replaced too.
        let quoting = if Line::read(line).end == before.end { before.end } else { End::Unknown };
        Self { shell: Shell::Bash, kept, quoting }
    }

    /// Quotes the value so that the shell reads one word; none if that is not certain.
    fn written(&self, value: &str) -> Option<String> {
        let value = value.strip_prefix(self.kept.as_str())?;
        if value.chars().any(is_unprintable) || (self.quoting == End::Unknown && !value.chars().all(is_plain))
        {
            return None;
        }
        Some(match (self.shell, self.quoting) {
            // zsh and fish quote insertions themselves; in zsh, a colon separates the description.
            (Shell::Zsh, _) => value.replace('\\', "\\\\").replace(':', "\\:"),
            (Shell::Bash, End::Quoted) => value.replace('\'', r"'\''"),
            (Shell::Bash, End::Unquoted) => {
                let escape = |c: char| (!is_plain(c)).then_some('\\').into_iter().chain([c]);
                value.chars().flat_map(escape).collect()
            }
            _ => value.to_owned(),
        })
    }
}

/// Returns true if the character has no special meaning in any shell.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "-_./:=+".contains(c) || (cfg!(windows) && c == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_bash(line: &str, replaced: &str, value: &str) -> Option<String> {
        let word = Line::read(line).words.pop().unwrap();
        Place::in_bash(line, &word, replaced).written(value)
    }

    #[test]
    fn bash_reads_one_word_whatever_quote_is_open() {
        for (line, replaced, value, expected) in [
            ("f ", "", "a$(b c).jar", Some(r"a\$\(b\ c\).jar")),
            ("f ", "", "a'b\"*~!`", Some(r#"a\'b\"\*\~\!\`"#)),
            (r"f a\$", r"a\$", "a$(b)", Some(r"a\$\(b\)")),
            ("f a:b", "b", "a:b$c", Some(r"b\$c")),
            ("f 'a", "a", "a$'b", Some(r"a$'\''b")),
            // In double quotes and backquotes, too many characters are special.
            ("f \"a", "a", "a$b", None),
            ("f \"a", "a", "ab", Some("ab")),
            ("x=`f a", "a", "a$b", None),
            // These contexts are not modelled.
            ("f $'", "", r"$\';touch OWNED;#", None),
            ("f $'", "", "ab", None),
            ("f $'a", "a", "a'b", None),
            ("f $\"", "", "a;b", None),
            ("f ${a:-", "${a:-", "a;b", None),
            ("f \\", "\\", "a;b", None),
            ("f a'b", "b", "ab;c", Some("b;c")),
            ("f ", "", "a\u{1b}[2J", None),
            ("f ", "", "a\nb", None),
            ("f ", "", "a\u{202e}b", None),
        ] {
            assert_eq!(in_bash(line, replaced, value).as_deref(), expected, "{line} {value}");
        }
    }

    #[test]
    fn shells_that_are_not_known_to_quote_are_offered_plain_words() {
        for shell in [Shell::Elvish, Shell::Powershell] {
            let place = Place::here(shell, "");
            assert_eq!(place.written("a-b_c.jar").as_deref(), Some("a-b_c.jar"));
            for value in ["$(a)", "a b", "'", "\u{2019}", "@a", "a;b", "(a)", "~", "*"] {
                assert_eq!(place.written(value), None, "{value}");
            }
        }
    }
}
