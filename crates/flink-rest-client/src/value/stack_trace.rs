//! Java stack traces in few words.

/// The deepest cause of a Java stack trace, without the exception's package: one line, borrowed from the trace.
///
/// A text that is no trace is returned trimmed, up to its first line end.
pub fn root_cause(trace: &str) -> &str {
    let deepest = lines(trace).last().unwrap_or_default();
    message(deepest)
}

/// What a Java stack trace tells, from what was tried to why it failed, a line each: the messages of the exceptions
/// around, and the deepest cause with its class, as `IllegalStateException: no more memory`.
///
/// What only repeats the cause below it is left out, and the packages of classes are. A text that is no trace is one line.
pub fn causes(trace: &str) -> Vec<String> {
    causes_of([trace])
}

/// The same of several texts, of which a later one tells why.
pub(crate) fn causes_of<'a>(traces: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    /// More lines than that are cut in the middle.
    const MOST: usize = 8;
    /// Said where the reason is in another text.
    const NOTHING: &str = "Internal server error.";
    /// Exceptions that only carry what the REST API answers.
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
        if own.is_empty() || own == NOTHING {
            continue;
        }
        told.push(printable_cause(own));
        below = message;
    }
    if told.len() > MOST {
        told.drain(MOST / 2..told.len() - MOST / 2);
    }
    told.reverse();
    told
}

/// The short name of the exception's class, and its message; either may be empty.
fn exception(mut line: &str) -> (&str, &str) {
    let short = |class: &'_ str| class.rfind(['.', '$']).map_or(0, |dot| dot + 1);
    let mut class = "";
    while let Some((name, rest)) = line.split_once(": ").filter(|(name, _)| is_class(name)) {
        class = name.get(short(name)..).unwrap_or(name);
        line = rest.trim();
    }
    // An exception without a message, perhaps in one that has only that to say.
    if is_class(line) && (line.ends_with("Exception") || line.ends_with("Error")) {
        return (line.get(short(line)..).unwrap_or(line), "");
    }
    (class, line.trim_end_matches(':'))
}

/// Whether a terminal shows this character and does nothing else. Controls move the cursor or change colours; others turn
/// the direction of writing round, end a line or a paragraph, or cannot be seen.
pub fn is_printable(c: char) -> bool {
    let is_no_character = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    !(c.is_control()
        || is_no_character
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

/// A text of somebody else's for one line of a terminal: cut to a readable length, and without what is not
/// [printable](is_printable).
pub(crate) fn printable(text: &str) -> String {
    printable_up_to(500, text)
}

/// The same for a cause, which has all the room that it needs: its end may say what to do.
pub(crate) fn printable_cause(text: &str) -> String {
    printable_up_to(16_000, text)
}

fn printable_up_to(longest: usize, text: &str) -> String {
    // As most are.
    if text.len() <= longest && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let tame = |c: char| if is_printable(c) { c } else { '\u{fffd}' };
    let cut = if text.chars().nth(longest).is_some() { "…" } else { "" };
    text.chars().take(longest).map(tame).collect::<String>() + cut
}

/// The lines that tell what happened: the exception and each `Caused by:`, without frames.
pub(crate) fn condensed(trace: &str) -> String {
    lines(trace).collect::<Vec<_>>().join("\n  caused by: ")
}

/// The first line of the trace and of each of its causes; those of suppressed exceptions are indented, and of no interest.
fn lines(trace: &str) -> impl Iterator<Item = &str> {
    // Flink puts this before the trace of what it had not foreseen.
    let trace = trace.strip_prefix("<Exception on server side:").unwrap_or(trace).trim_start();
    trace.lines().enumerate().filter_map(|(number, line)| {
        let cause = line.strip_prefix("Caused by: ").map(str::trim);
        if number == 0 { Some(cause.unwrap_or(line.trim())) } else { cause }
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
        // Of a Flink 2.3.0.
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
