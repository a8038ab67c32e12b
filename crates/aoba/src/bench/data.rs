//! The bytes a benchmark reads: a folder of NDJSON, unpacked, or one made here.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::cli::BenchArgs;

/// How many observations are made when no data are given: about 90 MB.
const OBSERVATIONS_MADE: u64 = 110_000;
/// The seed of data made here.
const SEED: u64 = 20_261_123;

/// Puts plain NDJSON files into `folder` and says where they came from.
pub(super) fn prepare(args: &BenchArgs, folder: &Path) -> anyhow::Result<String> {
    let Some(given) = &args.data else {
        let (seed, observations, shape) = (SEED, OBSERVATIONS_MADE, synth::Shape::Us);
        let export = synth::Export { seed, observations, shape };
        for kind in synth::Kind::ALL {
            export.write(kind, &mut File::create(folder.join(kind.file()))?)?;
        }
        return Ok(format!("synthetic export of this program, seed {SEED}"));
    };
    let entries = std::fs::read_dir(given)
        .with_context(|| format!("cannot read the folder {}", given.display()))?;
    let mut files = 0;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let plain = folder.join(name.trim_end_matches(".gz"));
        if name.ends_with(".ndjson.gz") {
            let mut unpacked = flate2::read::MultiGzDecoder::new(File::open(&path)?);
            io::copy(&mut unpacked, &mut File::create(&plain)?)
                .with_context(|| format!("cannot unpack {}", path.display()))?;
        } else if name.ends_with(".ndjson") {
            std::fs::copy(&path, &plain)?;
        } else {
            continue;
        }
        files += 1;
    }
    if files == 0 {
        bail!("{} has no .ndjson or .ndjson.gz file", given.display());
    }
    Ok(given.display().to_string())
}

/// Copies the first whole lines of a file, up to about `size_bytes`, for an engine too slow for all.
pub(super) fn head(file: &Path, size_bytes: u64, to: &Path) -> anyhow::Result<u64> {
    let mut lines = BufReader::new(File::open(file)?);
    let mut out = BufWriter::new(File::create(to)?);
    let (mut written, mut line) = (0, Vec::new());
    while written < size_bytes && lines.read_until(b'\n', &mut line)? > 0 {
        out.write_all(&line)?;
        written += line.len() as u64;
        line.clear();
    }
    out.flush()?;
    Ok(written)
}

/// The file of one resource type in the folder.
pub(super) fn file_of(folder: &Path, resource_type: &str) -> PathBuf {
    folder.join(resource_type).with_extension("ndjson")
}
