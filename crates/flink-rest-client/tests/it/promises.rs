//! The tests named in SECURITY.md exist.

use std::fs;

#[test]
fn each_promise_names_tests_that_exist() {
    let root = &flink_workspace::root().join("crates/flink-rest-client");
    let page = fs::read_to_string(root.join("../../SECURITY.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let (mut tests, mut missing) = (0, Vec::new());
    for row in rows.filter(|row| !row.starts_with("---") && *row != "promise | test") {
        let named = row.rsplit(" | ").next().unwrap();
        let mut source = None;
        // Every second part is between backticks.
        for name in named.split('`').skip(1).step_by(2) {
            if name.ends_with(".rs") {
                source = ["tests", "src", ".."]
                    .iter()
                    .find_map(|folder| fs::read_to_string(root.join(folder).join(name)).ok());
                missing.extend(source.is_none().then(|| name.to_owned()));
            } else if let Some(source) = &source {
                let is_there = source.contains(&format!("fn {name}("));
                missing.extend((!is_there).then(|| format!("{name} in {named}")));
            }
            tests += 1;
        }
        assert!(named.contains('`'), "a promise without a test: {row}");
    }
    assert!(missing.is_empty(), "{missing:?}");
    assert!(tests > 40, "{tests}");
}
