//! The URL that the paths of operations are appended to.

use std::fmt;
use std::fmt::Write as _;
use std::sync::Arc;

use reqwest::Url;

/// Enough for a path with two IDs.
const PATH_CAPACITY: usize = 128;

/// The base URL of the API, parsed once for all requests.
///
/// ```
/// let base_url: pingone_password_client::BaseUrl = reqwest::Url::parse("https://api.pingone.eu/v1")?.into();
/// let url = base_url.join(format_args!("/environments/{}", "abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6"));
/// assert_eq!(url.as_str(), "https://api.pingone.eu/v1/environments/abfba8f6-49eb-49f5-a5d9-80ad5c98f9f6");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct BaseUrl(Arc<Url>);

impl BaseUrl {
    /// Returns the URL as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Appends a path, which starts with a slash.
    ///
    /// Only the path is parsed. Parsing the host of every request again would cost more than decoding its response.
    #[must_use]
    pub fn join(&self, path: fmt::Arguments<'_>) -> Url {
        let mut whole = String::with_capacity(PATH_CAPACITY);
        whole.push_str(self.0.path().trim_end_matches('/'));
        // Writing to a string doesn't fail.
        let _ = write!(whole, "{path}");
        let mut url = Url::clone(&self.0);
        url.set_path(&whole);
        url
    }
}

impl From<Url> for BaseUrl {
    /// Slashes at the end of the path are dropped.
    fn from(mut url: Url) -> Self {
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Self(Arc::new(url))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BaseUrl").field(&self.as_str()).finish()
    }
}
