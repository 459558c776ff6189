//! Unpacks `lib/`, `opt/` and `plugins/` from pip's archives.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use crate::{Error, Progress};

/// Unpacks a wheel or a `.tar.gz` into a folder.
pub(crate) fn unpack(archive: &Path, into: &Path, progress: Progress) -> Result<(), Error> {
    let open = || -> io::Result<_> {
        let file = File::open(archive)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    };
    let (file, size) = open().map_err(Error::io("open", archive))?;
    let bar = progress.bar(size, format!("Unpacking {}", archive.file_name().unwrap_or_default().display()));
    let reader = bar.wrap_read(file);
    let unpacked = match archive.extension() {
        Some(extension) if extension == "whl" => unzip(reader, into),
        _ => untar(reader, into),
    };
    bar.finish_and_clear();
    unpacked.map_err(Error::io("unpack to", into))
}

fn untar(archive: impl Read, into: &Path) -> io::Result<()> {
    for entry in tar::Archive::new(GzDecoder::new(archive)).entries()? {
        let mut entry = entry?;
        let path = wanted(&entry.path()?);
        if let Some(path) = path.filter(|_| entry.header().entry_type().is_file()) {
            write(&mut entry, &into.join(path))?;
        }
    }
    Ok(())
}

fn unzip(archive: impl Read + Seek, into: &Path) -> io::Result<()> {
    let mut archive = zip::ZipArchive::new(archive)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let path = wanted(Path::new(&*entry.name()?));
        if let Some(path) = path.filter(|_| entry.is_file()) {
            write(&mut entry, &into.join(path))?;
        }
    }
    Ok(())
}

fn write(content: &mut impl Read, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    io::copy(content, &mut File::create(to)?)?;
    Ok(())
}

/// Returns the target path: `lib/x.jar` for `pyflink/lib/x.jar` (wheel) and
/// `apache-flink-libraries-1.20.5/deps/lib/x.jar` (sdist).
fn wanted(path: &Path) -> Option<PathBuf> {
    let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let inner = path.strip_prefix("pyflink").ok().or_else(|| {
        let mut parts = path.components();
        parts.next();
        parts.as_path().strip_prefix("deps").ok()
    })?;
    let is_wanted = ["lib", "opt", "plugins"].iter().any(|folder| inner.starts_with(folder));
    (is_plain && is_wanted).then(|| inner.to_owned())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn only_files_that_flink_needs_are_unpacked() {
        let wanted = |path: &str| wanted(Path::new(path)).map(|path| path.display().to_string());
        assert_eq!(wanted("pyflink/lib/flink-dist-2.3.0.jar").as_deref(), Some("lib/flink-dist-2.3.0.jar"));
        assert_eq!(
            wanted("apache-flink-libraries-1.13.6/deps/plugins/a/b.jar").as_deref(),
            Some("plugins/a/b.jar")
        );
        assert_eq!(wanted("pyflink/licenses/LICENSE.icu4j"), None);
        assert_eq!(wanted("apache-flink-libraries-1.13.6/pyflink/version.py"), None);
        assert_eq!(wanted("pyflink/lib/../../evil"), None);
        assert_eq!(wanted("/pyflink/lib/x"), None);
    }

    #[test]
    fn an_sdist_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("flink");
        unpack(&sdist(folder.path()), &into, Progress::Silent).unwrap();
        assert_eq!(fs::read(into.join("lib/flink-dist-2.3.0.jar")).unwrap(), b"jar");
        assert_eq!(fs::read_dir(&into).unwrap().count(), 1);
    }

    /// Writes a small package like one that pip downloads.
    pub(crate) fn sdist(folder: &Path) -> PathBuf {
        let archive = folder.join("apache-flink-libraries-2.3.0.tar.gz");
        let compressed =
            flate2::write::GzEncoder::new(File::create(&archive).unwrap(), flate2::Compression::fast());
        let mut package = tar::Builder::new(compressed);
        for name in ["root/deps/lib/flink-dist-2.3.0.jar", "root/deps/licenses/LICENSE", "root/setup.py"] {
            let mut header = tar::Header::new_gnu();
            header.set_size(3);
            header.set_mode(0o644);
            package.append_data(&mut header, name, &b"jar"[..]).unwrap();
        }
        package.into_inner().unwrap().finish().unwrap();
        archive
    }
}
