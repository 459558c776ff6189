//! Checks that the links between the project's pages have a target.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

/// Folders with pages.
const FOLDERS: &[&str] = &[".", "docs", "jobs"];

pub fn check() -> Result<()> {
    let mut broken = Vec::new();
    for folder in FOLDERS {
        for page in pages(folder)? {
            let text = fs::read_to_string(&page)?;
            let targets = targets(&text).into_iter().filter(|target| !has_target(&page, target));
            broken.extend(targets.map(|target| format!("{}: {target}", page.display())));
        }
    }
    if !broken.is_empty() {
        bail!("these links have no target:\n{}", broken.join("\n"));
    }
    Ok(())
}

fn pages(folder: &str) -> Result<Vec<PathBuf>> {
    let folder = flink_workspace::root().join(folder);
    let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "md")).collect())
}

/// The targets of links, except other sites.
fn targets(text: &str) -> Vec<&str> {
    let links = without_code(text).into_iter().flat_map(|line| line.split("](").skip(1));
    let targets = links.filter_map(|link| link.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

fn without_code(text: &str) -> Vec<&str> {
    let mut code = false;
    let is_text = |line: &&str| {
        code ^= line.starts_with("```");
        !code
    };
    text.lines().filter(is_text).collect()
}

fn has_target(page: &Path, target: &str) -> bool {
    let (file, section) = target.split_once('#').map_or((target, None), |(file, name)| (file, Some(name)));
    let path = match file {
        "" => page.to_owned(),
        file => page.with_file_name(file),
    };
    match section {
        None => path.exists(),
        Some(name) => fs::read_to_string(path).is_ok_and(|text| sections(&text).any(|known| known == name)),
    }
}

/// The anchors of a page's sections.
fn sections(text: &str) -> impl Iterator<Item = String> {
    without_code(text).into_iter().filter_map(|line| line.strip_prefix('#')).map(|heading| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_links_are_found() {
        let page = flink_workspace::root().join("README.md");
        for (target, leads) in [
            ("ARCHITECTURE.md", true),
            ("#try-it", true),
            ("jobs/README.md#jobs", true),
            ("no.md", false),
            ("#no", false),
        ] {
            assert_eq!(has_target(&page, target), leads, "{target}");
        }
    }

    #[test]
    fn links_to_other_sites_and_in_code_are_ignored() {
        let text = "[a](a.md) and [b](https://b.example)\n```\n[c](c.md)\n```\n[d](#d)";
        assert_eq!(targets(text), ["a.md", "#d"]);
    }
}
