use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use proptest::prelude::*;

use super::*;

fn header(value: &str) -> HeaderValue {
    let mut value = HeaderValue::from_str(value).unwrap();
    value.set_sensitive(true);
    value
}

fn secrets(values: &[&str]) -> Secrets {
    let secrets = Secrets::default();
    for value in values {
        secrets.send(&HeaderMap::from_iter([(http::header::AUTHORIZATION, header(value))]));
    }
    secrets
}

#[test]
fn each_spelling_is_hidden() {
    // The password is `p&ss "wörd/<%`.
    let both = BASE64_STANDARD.encode("me:p&ss \"wörd/<%");
    let secrets = secrets(&[&format!("Basic {both}"), "Bearer t0ken.x-y"]);
    let cases = [
        "p&ss \"wörd/<%",
        "p%26ss%20%22w%C3%B6rd%2F%3C%25",
        "p%26ss+%22w%c3%b6rd%2f%3c%25",
        "p&amp;ss &quot;wörd/&lt;%",
        "p&#38;ss &#x22;w&#246;rd&#x2F;&#060;%",
        r#"p&ss \"wörd\/<%"#,
        r#"p\u0026ss \"w\u00f6rd/\u003c%"#,
        &BASE64_STANDARD.encode("p&ss \"wörd/<%"),
        &BASE64_STANDARD.encode("Bearer t0ken.x-y"),
        &BASE64_URL_SAFE_NO_PAD.encode("p&ss \"wörd/<%"),
        &both,
        &both.replace('=', "%3D"),
        "t0ken.x-y",
        "%74%30ken%2Ex%2dy",
        &BASE64_STANDARD.encode("t0ken.x-y"),
    ];
    for case in cases {
        let shown = secrets.hide(format!("<{case}>"));
        let padding = shown.trim_start_matches("<******").trim_end_matches('>');
        assert!(shown.starts_with("<******") && padding.trim_matches('=').is_empty(), "{case}: {shown}");
    }
    assert_eq!(secrets.hide("me:p&amp;ss \"wörd/<% t0ken.x-y"), "me:****** ******");
    for other in ["p&ss", "t0ken.x", "", "&", "&;", "%", "%7", "\\", "\\u00", "p&ampamp;ss", "tööt0ken"] {
        assert_eq!(secrets.hide(other), other);
    }
}

#[test]
fn any_header_and_any_bytes_are_hidden() {
    let secrets = secrets(&["schlüssel", &format!("basic {}", BASE64_STANDARD.encode(b"me:\xff123"))]);
    assert_eq!(secrets.hide(String::from_utf8_lossy(b"schl\xc3\xbcssel, \xff123")), "******, ******");
}

#[test]
fn escapes_of_all_kinds_are_hidden() {
    let cases = [
        ("p😀ss-12345", r"p\ud83d\ude00ss-12345"),
        ("p😀ss-12345", "p%F0%9F%98%80ss-12345"),
        ("tok\ten-12345", r"tok\ten-12345"),
        ("schlüssel-geheim", "schlÃ¼ssel-geheim"),
        ("üssel-geheim", "Ã¼ssel-geheim"),
        ("secret\"x-12345", "secret&#0000000034;x-12345"),
        ("a/b%c&d-sécret", "a%252Fb%2525c%2526d-s%25C3%25A9cret"),
        ("a%41b-secret", "a%2541b-secret"),
        ("a%25b-secret", "a%25b-secret"),
        ("a/b%c-secret", "a%2525252Fb%2525252525c-secret"),
        ("a&b-secret", "a&amp;amp;amp;b-secret"),
        ("s\u{fc}\"x-secret", r"\x73\xc3\xbc\x22x-secret"),
        ("s\u{fc}\"x-secret", r"\163\303\274\042x-secret"),
        ("s\"x\\-secret", r#"\\u0073\\\"x\\-secret"#),
        ("broken-secret", "brok\u{200b}en-\u{7}sec\u{301}\u{301}ret"),
        ("broken-secret", "broken-\r\nsecret"),
        ("broken-secret", r"broken-\nsecret"),
        ("broken-secret", "62:72:6f:6b:65:6e:2d:73:65:63:72:65:74"),
        ("broken-secret", "62 72 6F 6B 65 6E 2D 73 65 63 72 65 74"),
    ];
    for (secret, spelled) in cases {
        let value = HeaderValue::from_bytes(secret.as_bytes()).unwrap();
        assert_eq!(Secrets::new([value]).hide(format!("<{spelled}>")), "<******>", "{spelled}");
    }
}

#[test]
fn digits_and_lines_may_stand_apart() {
    let secrets = secrets(&["Bearer broken-secret", "Bearer 12-4"]);
    let digits: Vec<_> = b"broken-secret".iter().map(|byte| format!("0x{byte:02x}")).collect();
    assert_eq!(secrets.hide(digits.join(", ")), "0x******");
    assert_eq!(secrets.hide(digits.concat()), "0x******");
    let wrapped: Vec<_> = BASE64_STANDARD_NO_PAD
        .encode("broken-secret")
        .chars()
        .collect::<Vec<_>>()
        .chunks(7)
        .map(|line| line.iter().collect::<String>())
        .collect();
    assert_eq!(secrets.hide(wrapped.join("\n")), "******");
    assert_eq!(secrets.hide("broken-secret\u{1b}[2J\nnext"), "******\u{1b}[2J\nnext", "what follows stays");
    for other in ["12\n-4", "brok en-secret", &format!("brok{}en-secret", "\u{301}".repeat(65)), "62:72"] {
        assert_eq!(secrets.hide(other), other);
    }
}

#[test]
fn bytes_that_are_no_utf8_are_read_as_latin1() {
    let secrets = secrets(&["Bearer t0ken.x-y"]);
    assert_eq!(
        *secrets.hide_in_bytes(b"caf\xe9 t0ken.x-y\xe9\xff%74%30ken%2Ex%2dy"),
        *b"caf\xe9 ******\xe9\xff******"
    );
    let secrets = Secrets::new([HeaderValue::from_bytes("s\u{e9}cret/\u{fc}".as_bytes()).unwrap()]);
    assert_eq!(*secrets.hide_in_bytes(b"<s\xe9cret/\xfc>"), *b"<******>");
    let secrets = Secrets::new([HeaderValue::from_bytes("\u{e9}cret-x".as_bytes()).unwrap()]);
    assert_eq!(*secrets.hide_in_bytes(b"<\xe9cret-x>"), *b"<******>");
    let plain = b"\xe9cret \xc3\xa9cret \xff";
    assert!(matches!(secrets.hide_in_bytes(plain), Cow::Borrowed(bytes) if bytes == plain));
}

#[test]
fn a_text_that_goes_on_is_cut_before_a_secret() {
    let secrets = secrets(&["Bearer t0ken.x-y-and-so-on", "Bearer other-token"]);
    let line = format!("{}t0ken.x-y-and-so-on other-token{}", "x".repeat(200), "y".repeat(200));
    let spelled = line.replace("t0", "%74%2530").replace("-token", r"\u002dtoken");
    for line in [line, spelled] {
        for end in 0..=line.len() {
            let cut = secrets.end_outside(&line.as_bytes()[..end]);
            let (first, last) = line.split_at(cut);
            let both = format!("{}{}", secrets.hide(first), secrets.hide(last));
            assert_eq!(both, secrets.hide(line.as_str()), "{end} {cut}");
            assert!(end - cut < 120, "{end} {cut}");
        }
        assert_eq!(secrets.end_outside(line.as_bytes()), line.len());
    }
    assert_eq!(Secrets::default().end_outside(b"t0ken"), 5);
}

#[test]
fn parts_of_a_secret_are_hidden() {
    let (payload, signature) = ("eyJzdWIiOiJtZSIsImlkIjo3fQ", "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg");
    let jwt = format!("Bearer eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}");
    let basic = format!("Basic {}", BASE64_STANDARD.encode("operator:hunter22"));
    for (value, part) in [
        ("session=S3ss10n; theme=dark", "S3ss10n"),
        ("theme=dark; session=S3ss10n", "S3ss10n"),
        ("key=s3cr3t", "s3cr3t"),
        ("a=b&key=s3cr3t", "s3cr3t"),
        ("ApiKey key=\"s3cr3t\", b=c", "s3cr3t"),
        ("key=s%2Fcr%253t", "s/cr%3t"),
        ("me:hunter2hunter2", "hunter2hunter2"),
        ("user=me:hunter2hunter2", "hunter2hunter2"),
        ("alpha1234,beta56789", "beta56789"),
        ("alpha1234,beta56789", "alpha1234"),
        (&format!("basic  {}", BASE64_STANDARD.encode("me:s3cr3t")), "s3cr3t"),
        (&format!("Basic {}", BASE64_URL_SAFE_NO_PAD.encode("me:s3cr3t?>")), "s3cr3t?>"),
        (&BASE64_STANDARD.encode("me:hunter2hunter2"), "hunter2hunter2"),
        (&format!("ApiKey {}", BASE64_STANDARD.encode("id:hunter2hunter2")), "hunter2hunter2"),
        (&format!("k={}", BASE64_STANDARD.encode("me:hunter2hunter2")), "hunter2hunter2"),
        (&BASE64_STANDARD.encode(r#"{"password":"hunter2hunter2"}"#), "hunter2hunter2"),
        (r#"{"user":"me","secrets":[{"password":"hunter2 \"hunter2"}]}"#, "hunter2 \"hunter2"),
        ("a=1; sid=s%3Ahunter2hunter2.sigsigsig", "hunter2hunter2"),
        ("a=1; sid=s%3Ahunter2hunter2.sigsigsig", "sigsigsig"),
        ("sid=hunter2%253Bhunter2", "hunter2;hunter2"),
        (&jwt, payload),
        (&jwt, signature),
        (&basic, "hunter22"),
        // In hexadecimal digits.
        ("Bearer s3cr3t", "733363723374"),
        ("Bearer s3cr3t/+", "7333637233742F2B"),
    ] {
        assert_eq!(secrets(&[value]).hide(format!("<{part}>")), "<******>", "{value}");
    }
    let address = "https://flink.example.org/path";
    let base64 = BASE64_STANDARD.encode("operator:hunter2hunter2");
    let secrets = secrets(&[&basic, "key=s3c", "a=true; lang:any", address, &base64]);
    for other in ["operator and s3c", "733363", "czNj", "is true", "any", "//flink.example.org/path"] {
        assert_eq!(secrets.hide(other), other, "a name, and what is too short");
    }
    for before in ["", "x", "xy", "xyz"] {
        for after in ["", "x", "xy"] {
            let both = BASE64_STANDARD.encode(format!("{before}hunter22{after}"));
            let shown = secrets.hide(both.as_str());
            let [first, last] = shown.split("******").collect::<Vec<_>>()[..] else {
                panic!("{both}: {shown}")
            };
            // The rest encodes the text around the secret, and part of one byte of the secret at each end.
            assert!(
                first.len() <= before.len() * 8 / 6 + 2 && last.trim_end_matches('=').len() <= 4,
                "{both}: {shown}"
            );
        }
    }
}

/// Also for texts in which every position looks like the start of a secret.
#[test]
fn many_secrets_in_a_long_text_take_no_longer_than_a_few() {
    let tokens: Vec<_> =
        (100..164).map(|number| format!("Bearer {}{number}", "eyJhbGci".repeat(50))).collect();
    let tokens: Vec<_> = tokens.iter().map(String::as_str).collect();
    let (few, many) = (secrets(&tokens[..4]), secrets(&tokens));
    for text in ["\tat a.B(c.java:1)\n", "e", "%65"] {
        // Only durations on the same machine are compared.
        let took = |secrets: &Secrets, bytes: usize, runs: u32| {
            let text = text.repeat(bytes / text.len());
            let runs = (0..runs).map(|_| {
                let begun = std::time::Instant::now();
                assert_eq!(secrets.hide(text.as_str()), text);
                begun.elapsed()
            });
            runs.min().unwrap_or_default()
        };
        let (short, long) = (MAX_TEXT_BYTES / 8, MAX_TEXT_BYTES);
        let (of_long, few, many) = (took(&many, long, 2), took(&few, short, 3), took(&many, short, 3));
        // The text is eight times as long; the factor leaves a margin.
        assert!(of_long < many * 24, "{many:?}, {of_long:?}");
        // Trying each secret at each position would take sixteen times as long.
        assert!(many < few * 6, "{few:?}, {many:?}");
    }
}

#[test]
fn what_is_too_long_is_cut_and_no_secret_is_cut_in_two() {
    let secrets = secrets(&["Bearer t0ken.x-y"]);
    for before in [MAX_TEXT_BYTES - 5, MAX_TEXT_BYTES + OVERLAP - 5] {
        let text = format!("{}t0ken.x-y{}", "ü".repeat(before / 2), "x".repeat(2 * MAX_TEXT_BYTES));
        let shown = secrets.hide(&text);
        assert!(
            shown.len() < MAX_TEXT_BYTES + 100 && shown.ends_with("(truncated to 1 MiB)"),
            "{}",
            shown.len()
        );
        assert!(!shown.contains("t0"));
    }
    let many = "t0ken.x-y ".repeat(MAX_TEXT_BYTES / 5);
    assert!(!secrets.hide(many).contains("t0"));
}

#[test]
fn what_is_short_is_in_any_word() {
    assert_eq!(secrets(&["Bearer abc"]).hide("abcdef, Bearer abc"), "abcdef, ******");
}

#[test]
fn the_last_ones_are_remembered() {
    let tokens: Vec<_> = (100..200).map(|number| format!("Bearer token-{number}")).collect();
    let mut all: Vec<_> = tokens.iter().map(String::as_str).collect();
    // The first token is reused.
    (0..10).for_each(|number| all.insert(number * 10, "Bearer constant"));
    let secrets = secrets(&all);
    let shown = secrets.hide(all.join(" "));
    assert!(!shown.contains("constant") && shown.contains("token-136") && !shown.contains("token-137"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_taken(text in ".*", secret in ".{4,8}") {
        let Ok(value) = HeaderValue::from_str(&secret) else { return Ok(()) };
        let secrets = Secrets::new([value]);
        let length = text.len();
        prop_assert_eq!(secrets.hide(format!("{text}{secret}")).contains(&secret), HIDDEN.contains(&secret));
        prop_assert!(secrets.hide(text).len() <= length.max(1) * HIDDEN.len());
    }
}
