//! Summaries of Java stack traces, and texts safe to print.

/// Returns the root cause of a Java stack trace, without the exception's package: one line, borrowed from the trace.
///
/// A text that is not a stack trace is returned up to the end of its first line, trimmed.
pub fn root_cause(trace: &str) -> &str {
    let deepest = lines(trace).last().unwrap_or_default();
    message(deepest)
}

/// Returns the chain of causes of a Java stack trace, one line each: the messages of the outer exceptions, and last the
/// root cause with its class, such as `IllegalStateException: no more memory`.
///
/// Messages that only repeat their cause are left out, and so are packages. A text that is not a stack trace gives one
/// line.
pub fn causes(trace: &str) -> Vec<String> {
    causes_of([trace])
}

/// [`causes`] for several texts, of which later ones give the reason for earlier ones.
pub(crate) fn causes_of<'a>(traces: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    /// Maximum number of lines; further ones are cut from the middle.
    const MAX_LINES: usize = 8;
    /// Flink's message if the reason is in another text.
    const NO_REASON: &str = "Internal server error.";
    /// Exceptions that only wrap the answer of the REST API.
    const CARRIERS: [&str; 2] = ["RestHandlerException", "NotFoundException"];
    let lines: Vec<_> = traces.into_iter().flat_map(lines).filter(|line| !line.is_empty()).collect();
    let mut deepest_first = lines.into_iter().rev().map(exception);
    let Some((class, mut below)) = deepest_first.next() else { return Vec::new() };
    let deepest = match (class, below) {
        (class, "") => class.to_owned(),
        (class, message) if class.is_empty() || CARRIERS.contains(&class) => message.to_owned(),
        (class, message) => format!("{class}: {message}"),
    };
    let mut told = vec![printable_cause(&deepest)];
    for (_, message) in deepest_first {
        // «Could not do it: the disk is full», caused by «the disk is full».
        let own = message.strip_suffix(below).map_or(message, |own| own.trim_end_matches([' ', ':']));
        if own.is_empty() || own == NO_REASON {
            continue;
        }
        told.push(printable_cause(own));
        below = message;
    }
    if told.len() > MAX_LINES {
        told.drain(MAX_LINES / 2..told.len() - MAX_LINES / 2);
    }
    told.reverse();
    told
}

/// The short name of an exception's class, and its message; either may be empty.
fn exception(mut line: &str) -> (&str, &str) {
    let short = |class: &'_ str| class.rfind(['.', '$']).map_or(0, |dot| dot + 1);
    let mut class = "";
    while let Some((name, rest)) = line.split_once(": ").filter(|(name, _)| is_class(name)) {
        class = name.get(short(name)..).unwrap_or(name);
        line = rest.trim();
    }
    // An exception without a message, or one whose message is only such an exception.
    if is_class(line) && (line.ends_with("Exception") || line.ends_with("Error")) {
        return (line.get(short(line)..).unwrap_or(line), "");
    }
    (class, line.trim_end_matches(':'))
}

/// Returns true if a terminal only displays this character. False for control characters, which move the cursor or
/// change colours, and for characters that change the direction of text, end a line or a paragraph, or are invisible.
pub fn is_printable(c: char) -> bool {
    let is_no_character = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    !(c.is_control()
        || is_no_character
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

/// Makes a foreign text safe for one line of a terminal: truncates it to 500 characters, and replaces those that are
/// not [printable](is_printable).
pub(crate) fn printable(text: &str) -> String {
    printable_up_to(500, text)
}

/// [`printable`] for a cause, with up to 16,000 characters: its end may contain advice.
pub(crate) fn printable_cause(text: &str) -> String {
    printable_up_to(16_000, text)
}

fn printable_up_to(longest: usize, text: &str) -> String {
    // The usual case.
    if text.len() <= longest && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let sanitize = |c: char| if is_printable(c) { c } else { '\u{fffd}' };
    let cut = if text.chars().nth(longest).is_some() { "…" } else { "" };
    text.chars().take(longest).map(sanitize).collect::<String>() + cut
}

/// The exception and each `Caused by:` of a stack trace, without frames.
pub(crate) fn condensed(trace: &str) -> String {
    lines(trace).collect::<Vec<_>>().join("\n  caused by: ")
}

/// The first line of a stack trace, and of each of its causes. Causes of suppressed exceptions are indented, and
/// ignored.
fn lines(trace: &str) -> impl Iterator<Item = &str> {
    // Flink puts this before the stack trace of an unexpected exception.
    let trace = trace.strip_prefix("<Exception on server side:").unwrap_or(trace).trim_start();
    trace.lines().enumerate().filter_map(|(number, line)| {
        let cause = line.strip_prefix("Caused by: ").map(str::trim);
        if number == 0 { Some(cause.unwrap_or(line.trim())) } else { cause }
    })
}

/// The message of the innermost exception in a line: `no such thing` for `java.util.concurrent.CompletionException:
/// org.acme.Oops: no such thing`. An exception without a message keeps its name.
fn message(mut line: &str) -> &str {
    while let Some((class, rest)) = line.split_once(": ") {
        let rest = rest.trim();
        if !is_class(class) || rest.is_empty() {
            break;
        }
        if !rest.contains(' ') {
            // A single word, such as the name of a class, means little without the exception's name.
            line = line.get(class.rfind('.').map_or(0, |dot| dot + 1)..).unwrap_or(line);
            break;
        }
        line = rest;
    }
    line.trim_end_matches(':')
}

/// Returns true for a text like a class with its package: `java.lang.Exception`.
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
        assert_eq!(printable("\u{1b}[31mred\u{7}\u{202e}"), "\u{fffd}[31mred\u{fffd}\u{fffd}");
        assert_eq!(printable("\u{9b}a\u{200b}b\u{feff}\u{e0041}"), "\u{fffd}a\u{fffd}b\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_long_cause_is_told_to_its_end() {
        let advice =
            format!("{} Set execution.savepoint.ignore-unclaimed-state", "state of an operator, ".repeat(40));
        assert_eq!(causes(&format!("a.B: {advice}")), [format!("B: {advice}")]);
        assert_eq!(causes(&"x".repeat(1_000_000)).concat().chars().count(), 16_001);
    }

    #[test]
    fn a_lone_word_keeps_its_exception() {
        let trace = "a.B: x y\nCaused by: java.lang.ClassNotFoundException: com.acme.Main\n";
        assert_eq!(root_cause(trace), "ClassNotFoundException: com.acme.Main");
    }

    #[test]
    fn causes_tell_what_was_tried_and_why_it_failed() {
        assert_eq!(causes(TRACE), ["Could not run it.", "Oops: the disk: is full"]);
        // From Flink 2.3.0.
        let again = "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.
\tat org.apache.flink.Foo.bar(Foo.java:1)
Caused by: java.util.concurrent.CompletionException: org.apache.flink.util.FlinkRuntimeException: Could not execute application.
Caused by: org.apache.flink.util.FlinkRuntimeException: Could not execute application.
Caused by: org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: Failed to execute job 'a'.
Caused by: org.apache.flink.util.FlinkException: Failed to execute job 'a'.
Caused by: org.apache.flink.runtime.client.DuplicateJobSubmissionException: Job has already been submitted.";
        assert_eq!(
            causes(again),
            [
                "Could not execute application.",
                "The main method caused an error",
                "Failed to execute job 'a'.",
                "DuplicateJobSubmissionException: Job has already been submitted."
            ]
        );
    }

    #[test]
    fn the_deepest_cause_has_its_class_whatever_its_message() {
        for (trace, expected) in [
            ("java.lang.ArithmeticException: / by zero", "ArithmeticException: / by zero"),
            ("java.lang.NullPointerException\n\tat a.b", "NullPointerException"),
            (
                "a.B: java.lang.NullPointerException\nCaused by: java.lang.NullPointerException",
                "NullPointerException",
            ),
            ("java.lang.ClassNotFoundException: com.acme.Main", "ClassNotFoundException: com.acme.Main"),
            ("a.B: x\nCaused by: com.acme.Orders$Rejected: too late", "Rejected: too late"),
            ("Job a1 not found", "Job a1 not found"),
            ("org.apache.flink.runtime.rest.NotFoundException: Job a1 not found", "Job a1 not found"),
        ] {
            assert_eq!(causes(trace).last().unwrap(), expected, "{trace}");
        }
        assert!(causes("").is_empty());
    }

    #[test]
    fn a_later_text_tells_why() {
        let texts = ["Internal server error.", "<Exception on server side:\na.B: no such file\n\tat c"];
        assert_eq!(causes_of(texts), ["B: no such file"]);
    }

    #[test]
    fn suppressed_exceptions_are_no_cause() {
        let trace = "a.B: it broke\n\tSuppressed: c.D: closing failed\n\tCaused by: e.F: closed already";
        assert_eq!((root_cause(trace), causes(trace)), ("it broke", vec!["B: it broke".to_owned()]));
    }

    #[test]
    fn a_trace_of_a_million_causes_is_a_few_lines() {
        let trace: String =
            (0..1_000_000).map(|number| format!("Caused by: a.B: number {number}\n")).collect();
        let causes = causes(&trace);
        assert_eq!((causes.len(), &*causes[0], &*causes[7]), (8, "number 0", "B: number 999999"));
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
