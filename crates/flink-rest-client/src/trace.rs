//! Java stack traces in few words.

/// The deepest cause of a Java stack trace, without the exception's package: one line, borrowed from the trace.
///
/// A text that is no trace is returned trimmed, up to its first line end.
pub fn root_cause(trace: &str) -> &str {
    let deepest = causes(trace).last().unwrap_or_default();
    message(deepest)
}

/// A text of somebody else's for one line of a terminal: cut to a readable length, and without what would move the
/// cursor or change colours.
pub(crate) fn printable(text: &str) -> String {
    const LONGEST: usize = 500;
    let tame = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { '\u{fffd}' } else { c };
    let cut = if text.chars().nth(LONGEST).is_some() { "…" } else { "" };
    text.chars().take(LONGEST).map(tame).collect::<String>() + cut
}

/// The lines that tell what happened: the exception and each `Caused by:`, without frames.
pub(crate) fn condensed(trace: &str) -> String {
    causes(trace).collect::<Vec<_>>().join("\n  caused by: ")
}

/// The first line of the trace and of each of its causes.
fn causes(trace: &str) -> impl Iterator<Item = &str> {
    // Flink puts this before the trace of what it had not foreseen.
    let trace = trace.strip_prefix("<Exception on server side:").unwrap_or(trace).trim_start();
    trace.lines().enumerate().filter_map(|(number, line)| {
        let line = line.trim();
        let cause = line.strip_prefix("Caused by: ");
        if number == 0 { Some(cause.unwrap_or(line)) } else { cause }
    })
}

/// `java.util.concurrent.CompletionException: org.acme.Oops: no such thing` is `no such thing`;
/// an exception without a message keeps its name.
fn message(mut line: &str) -> &str {
    while let Some((class, rest)) = line.split_once(": ") {
        let rest = rest.trim();
        if !is_class(class) || rest.is_empty() {
            break;
        }
        if !rest.contains(' ') {
            // A lone word, such as the name of a class, says little without what is wrong with it.
            line = line.get(class.rfind('.').map_or(0, |dot| dot + 1)..).unwrap_or(line);
            break;
        }
        line = rest;
    }
    line.trim_end_matches(':')
}

/// Whether it reads like a class with its package: `java.lang.Exception`.
fn is_class(text: &str) -> bool {
    text.contains('.') && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not run it.
\tat org.apache.flink.Foo.bar(Foo.java:1)
Caused by: java.util.concurrent.CompletionException: org.acme.Oops: the disk: is full
\t... 3 more
";

    #[test]
    fn the_deepest_cause_is_the_reason() {
        assert_eq!(root_cause(TRACE), "the disk: is full");
    }

    #[test]
    fn what_the_server_had_not_foreseen_is_unwrapped() {
        let trace = "<Exception on server side:\njava.lang.IllegalStateException: JobManager is still under profiling.
\tat org.apache.flink.Foo.bar(Foo.java:1)\n\nEnd of exception on server side>";
        assert_eq!(root_cause(trace), "JobManager is still under profiling.");
        assert_eq!(condensed(trace), "java.lang.IllegalStateException: JobManager is still under profiling.");
    }

    #[test]
    fn what_is_no_trace_is_its_own_reason() {
        assert_eq!(root_cause("Job a1 not found"), "Job a1 not found");
        assert_eq!(root_cause("java.lang.NullPointerException"), "java.lang.NullPointerException");
        assert_eq!(root_cause(""), "");
    }

    #[test]
    fn a_trace_made_to_overflow_the_stack_does_not() {
        let trace = "a.b: ".repeat(2_000_000) + "boom";
        assert_eq!(root_cause(&trace), "b: boom");
    }

    #[test]
    fn what_is_printed_is_cut_to_a_line() {
        assert_eq!(printable(&"x".repeat(1_000_000)), "x".repeat(500) + "…");
        assert_eq!(printable("a\nb\u{2028}c"), "a\u{fffd}b\u{fffd}c");
    }

    #[test]
    fn what_is_printed_leaves_the_terminal_alone() {
        assert_eq!(printable("\u{1b}[31mred\u{7}"), "\u{fffd}[31mred\u{fffd}");
    }

    #[test]
    fn a_lone_word_keeps_its_exception() {
        let trace = "a.B: x y\nCaused by: java.lang.ClassNotFoundException: com.acme.Main\n";
        assert_eq!(root_cause(trace), "ClassNotFoundException: com.acme.Main");
    }

    #[test]
    fn condensed_drops_the_frames() {
        assert_eq!(
            condensed(TRACE),
            "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not run it.\n  caused by: \
             java.util.concurrent.CompletionException: org.acme.Oops: the disk: is full"
        );
    }
}
