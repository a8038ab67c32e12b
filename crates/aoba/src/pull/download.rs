//! One file of an export, fetched so that what has come is never fetched twice: into a part that is
//! gone on with where it ends, as long as the server still has the same file.

use std::fs;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, LAST_MODIFIED, RANGE,
};
use reqwest::{Response, StatusCode, Url};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWriteExt as _, BufWriter};

use super::ask::NDJSON;
use super::body::{self, Packing};
use super::error::{AnswerFault, PullError, shown};
use super::http::{self, Http, Question};
use super::kept::ExportFile;
use super::wait;
use super::whole::{self, Fetched};

/// How much is gathered before it is written.
const BUFFER_BYTES: usize = 1 << 20;

/// Fetches the files of one export.
pub(super) struct Download<'a> {
    pub(super) http: &'a Http,
    pub(super) folder: &'a Path,
    pub(super) bar: &'a ProgressBar,
    pub(super) line_bytes_max: usize,
}

/// What is known of a part: what must be so still for the rest of it to fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// The server's mark of this very version.
    mark: Option<String>,
    is_packed: bool,
    size_bytes: Option<u64>,
}

/// A file that is not there as a whole.
struct Part {
    path: PathBuf,
    note: PathBuf,
    known: Known,
}

impl Download<'_> {
    /// Fetches a file; it has its ending when it is there as a whole.
    ///
    /// # Errors
    /// When the server does not give it, or not as a whole, again and again.
    pub(super) async fn fetch(&self, file: &ExportFile) -> Result<(), PullError> {
        let url = self.url(file)?;
        let mut part = Part::open(self.folder, &file.name);
        let (mut failures, mut most) = (0, part.length());
        loop {
            let error = match self.go_on(file, &url, &mut part).await {
                Ok(()) => match self.finish(file, &part).await {
                    Ok(()) => return Ok(()),
                    Err(error @ PullError::NotWhole { .. }) => {
                        part.clear()?;
                        error
                    }
                    Err(error) => return Err(error),
                },
                Err(error) if error.passes() => error,
                Err(error) => return Err(error),
            };
            // As long as more has come than ever before, the line is only slow.
            let length = part.length();
            if length > most {
                (most, failures) = (length, 0);
            }
            let Some(wait) = wait::again(&error, failures, self.http.retries_max()) else {
                return Err(error);
            };
            failures += 1;
            tokio::time::sleep(wait).await;
        }
    }

    fn url(&self, file: &ExportFile) -> Result<Url, PullError> {
        Url::parse(&file.url)
            .map_err(|_| PullError::Answer { url: file.name.clone(), fault: AnswerFault::BadUrl })
    }

    /// Asks for what is missing and adds it to the part.
    async fn go_on(&self, file: &ExportFile, url: &Url, part: &mut Part) -> Result<(), PullError> {
        let length = part.length();
        if length > 0 && part.known.size_bytes == Some(length) {
            return Ok(());
        }
        let question = Question {
            url: url.clone(),
            accept: NDJSON,
            headers: part.headers(length),
            shows_token: file.shows_token,
            may_lead_elsewhere: true,
        };
        let answer = self.http.once(&question).await?;
        if let Some(busy) = http::busy(&answer, self.http.clock()) {
            return Err(busy);
        }
        match answer.status() {
            StatusCode::PARTIAL_CONTENT if part.fits(&answer, url, length)? => {
                self.copy(answer, url, part, length).await
            }
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                self.bar.dec(length);
                part.clear()?;
                let why = "the file is another one now".to_owned();
                Err(PullError::CutOff { url: shown(url), why })
            }
            _ => {
                let answer = self.http.granted(&question, answer).await?;
                self.bar.dec(length);
                part.begin(&answer, url)?;
                self.bar.inc_length(part.known.size_bytes.unwrap_or(0));
                self.copy(answer, url, part, 0).await
            }
        }
    }

    /// Writes what comes to the end of the part; what came before a break stays.
    async fn copy(
        &self,
        mut answer: Response,
        url: &Url,
        part: &Part,
        from: u64,
    ) -> Result<(), PullError> {
        let disk = |error| PullError::disk(&part.path, error);
        let mut options = tokio::fs::OpenOptions::new();
        options.create(true).append(true).mode(0o600);
        let file = options.open(&part.path).await.map_err(disk)?;
        let mut file = BufWriter::with_capacity(BUFFER_BYTES, file);
        let mut length = from;
        let broken = loop {
            match answer.chunk().await {
                Ok(None) => break None,
                Err(error) => break Some(PullError::cut_off(url, error)),
                Ok(Some(chunk)) => {
                    file.write_all(&chunk).await.map_err(disk)?;
                    length += chunk.len() as u64;
                    self.bar.inc(chunk.len() as u64);
                }
            }
        };
        file.flush().await.map_err(disk)?;
        file.get_ref().sync_all().await.map_err(disk)?;
        if let Some(error) = broken {
            return Err(error);
        }
        match part.known.size_bytes {
            Some(size) if size != length => {
                let why = format!("{length} of {size} bytes came");
                Err(PullError::CutOff { url: shown(url), why })
            }
            _ => Ok(()),
        }
    }

    /// Looks whether the file is whole, and gives it its name.
    async fn finish(&self, file: &ExportFile, part: &Part) -> Result<(), PullError> {
        let (packing, ending) = match part.known.is_packed {
            true => (Packing::Gzip, "ndjson.gz"),
            false => (Packing::Plain, "ndjson"),
        };
        if !part.path.exists() {
            // An empty file brings no byte to make the part with.
            fs::write(&part.path, "").map_err(|error| PullError::disk(&part.path, error))?;
        }
        let (path, name, count) = (part.path.clone(), file.name.clone(), file.count);
        let line_bytes_max = self.line_bytes_max;
        let checked = tokio::task::spawn_blocking(move || {
            let fetched = Fetched { path: &path, name: &name, packing, count };
            whole::check(&fetched, line_bytes_max)
        });
        checked.await.unwrap_or_else(|died| {
            Err(PullError::disk(&part.path, std::io::Error::other(died.to_string())))
        })?;
        let name = format!("{}.{ending}", file.name);
        let path = self.folder.join(&name);
        fs::rename(&part.path, &path).map_err(|error| PullError::disk(&path, error))
    }
}

impl Part {
    fn open(folder: &Path, name: &str) -> Self {
        let path = folder.join(format!("{name}.part"));
        let note = folder.join(format!("{name}.part.json"));
        let read = fs::read(&note).ok();
        let known = read.and_then(|read| serde_json::from_slice(&read).ok());
        if known.is_none() {
            // Without what is known of it, nothing can be added to a part.
            let _ = fs::remove_file(&path);
        }
        Self { path, note, known: known.unwrap_or_default() }
    }

    fn length(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |meta| meta.len())
    }

    /// What to ask for: the whole, or what is missing of the same version.
    fn headers(&self, length: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        let can_go_on = self.known.mark.is_some() || self.known.size_bytes.is_some();
        if length == 0 || !can_go_on {
            return headers;
        }
        if let Ok(range) = HeaderValue::from_str(&format!("bytes={length}-")) {
            headers.insert(RANGE, range);
        }
        if let Some(mark) = &self.known.mark
            && let Ok(mark) = HeaderValue::from_str(mark)
        {
            headers.insert(IF_RANGE, mark);
        }
        headers
    }

    /// Whether the rest that comes is of what is there.
    fn fits(&self, answer: &Response, url: &Url, length: u64) -> Result<bool, PullError> {
        let told = answer.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
        let Some((first, size)) = told.and_then(range) else { return Ok(false) };
        let packing = body::packing(answer.headers(), url)?;
        let same_size = match (size, self.known.size_bytes) {
            (Some(now), Some(then)) => now == then,
            _ => self.known.mark.is_some(),
        };
        let same_packing = (packing == Packing::Gzip) == self.known.is_packed;
        Ok(first == length && same_size && same_packing)
    }

    /// Begins anew with what the answer says of itself.
    fn begin(&mut self, answer: &Response, url: &Url) -> Result<(), PullError> {
        self.clear()?;
        self.known = Known {
            mark: mark(answer.headers()),
            is_packed: body::packing(answer.headers(), url)? == Packing::Gzip,
            size_bytes: answer.content_length(),
        };
        let note = serde_json::to_vec(&self.known).unwrap_or_default();
        fs::write(&self.note, note).map_err(|error| PullError::disk(&self.note, error))
    }

    fn clear(&mut self) -> Result<(), PullError> {
        self.known = Known::default();
        for path in [&self.note, &self.path] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(PullError::disk(path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// What marks this very version of a file, byte for byte; a weak mark does not.
fn mark(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let strong = text(ETAG).filter(|tag| !tag.starts_with("W/"));
    strong.or_else(|| text(LAST_MODIFIED)).map(str::to_owned)
}

/// Reads `bytes 100-199/200`: the first byte and the size of the whole, where it is told.
fn range(text: &str) -> Option<(u64, Option<u64>)> {
    let (span, size) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, _last) = span.split_once('-')?;
    Some((first.trim().parse().ok()?, size.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_with_or_without_the_size() {
        assert_eq!(range("bytes 100-199/200"), Some((100, Some(200))));
        assert_eq!(range("bytes 0-9/*"), Some((0, None)));
        assert_eq!(range("bytes */200"), None);
        assert_eq!(range("items 0-9/10"), None);
    }

    #[test]
    fn only_a_strong_mark_is_one() {
        let check = |pairs: &[(reqwest::header::HeaderName, &str)], expect: Option<&str>| {
            let headers: HeaderMap =
                pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
            assert_eq!(mark(&headers).as_deref(), expect);
        };
        let day = "Thu, 26 Nov 2026 12:00:00 GMT";
        check(&[(ETAG, "\"a\""), (LAST_MODIFIED, day)], Some("\"a\""));
        check(&[(ETAG, "W/\"a\""), (LAST_MODIFIED, day)], Some(day));
        check(&[(ETAG, "W/\"a\"")], None);
    }

    #[test]
    fn a_part_of_which_nothing_is_known_is_not_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Patient-0001.part");
        fs::write(&path, "half").unwrap();
        let part = Part::open(folder.path(), "Patient-0001");
        assert_eq!(part.length(), 0);
        fs::write(&path, "half").unwrap();
        let known = Known { mark: None, is_packed: false, size_bytes: Some(8) };
        fs::write(
            folder.path().join("Patient-0001.part.json"),
            serde_json::to_vec(&known).unwrap(),
        )
        .unwrap();
        let part = Part::open(folder.path(), "Patient-0001");
        assert_eq!((part.length(), &part.known), (4, &known));
        assert_eq!(part.headers(4).get(RANGE).unwrap(), "bytes=4-");
        assert!(part.headers(4).get(IF_RANGE).is_none() && part.headers(0).get(RANGE).is_none());
    }
}
