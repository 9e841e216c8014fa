//! An object store that many hosts share: `s3://`, `gs://`, `az://`, or `file://` for a mounted folder.
//!
//! A key is made once: the store itself refuses a second writer (a conditional put), so nobody locks. What was read
//! once stands in the local cache. Credentials, endpoints and regions come from the environment, under the names that
//! the providers' own tools use (`AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT`, `GOOGLE_APPLICATION_CREDENTIALS`, …) and no others.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Once},
    time::Duration,
};

use object_store::{
    ClientOptions, Error, ObjectStore, ObjectStoreExt, ObjectStoreScheme, PutMode, PutOptions, RetryConfig,
    aws::AmazonS3Builder, azure::MicrosoftAzureBuilder, gcp::GoogleCloudStorageBuilder,
    local::LocalFileSystem, path::Path as Key, prefix::PrefixStore,
};
use tokio::{runtime::Runtime, task::JoinSet};

use super::StoreError;
use crate::format::document::write_whole;

/// Objects fetched at once.
const FETCHES: usize = 16;
/// A store that does not answer is given up after this: what was measured is kept beside, and sent later.
const PATIENCE: Duration = Duration::from_secs(30);
/// Tries of one request within [`PATIENCE`].
const RETRIES: usize = 3;

/// An object store with a cache beside it.
#[derive(Clone)]
pub struct Remote {
    url: String,
    store: Arc<dyn ObjectStore>,
    runtime: Arc<Runtime>,
    cache: PathBuf,
}

impl fmt::Debug for Remote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Remote").field("url", &self.url).field("cache", &self.cache).finish()
    }
}

impl Remote {
    /// The store at `url`, with the environment's credentials; nothing is asked of it yet.
    pub fn open(url: &str, cache: &Path) -> Result<Self, StoreError> {
        let wrong = |why: &dyn fmt::Display| StoreError::Location(format!("the store {url}: {why}"));
        let parsed = url::Url::parse(url).map_err(|why| wrong(&why))?;
        let (scheme, prefix) = ObjectStoreScheme::parse(&parsed).map_err(|why| wrong(&why))?;
        let store: Arc<dyn ObjectStore> = backend(&scheme, url).map_err(|why| wrong(&why))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| StoreError::Io { folder: cache.to_owned(), source })?;
        Ok(Self {
            url: url.to_owned(),
            store: Arc::new(PrefixStore::new(store, prefix)),
            runtime: Arc::new(runtime),
            cache: cache.to_owned(),
        })
    }

    /// The URL.
    pub fn name(&self) -> &str {
        &self.url
    }

    /// The keys below `prefix`, in no order.
    pub fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        use futures_util::TryStreamExt as _;
        let listing = self.store.list(Some(&Key::from(prefix)));
        let found: Result<Vec<String>, Error> =
            self.runtime.block_on(listing.map_ok(|object| object.location.to_string()).try_collect());
        found.map_err(|error| self.failed("listing it", &error))
    }

    /// Where the cached copy of an object stands, whether it is there or not.
    pub fn cached(&self, key: &str) -> PathBuf {
        self.cache.join(key)
    }

    /// The cached copy of an object, fetched if it is not there. An object that does not exist has no file there.
    pub fn file(&self, key: &str) -> Result<PathBuf, StoreError> {
        let path = self.cache.join(key);
        if !path.is_file() {
            match self.runtime.block_on(read(self.store.clone(), key.to_owned())) {
                Ok(bytes) => write_whole(&path, &bytes)?,
                Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(self.failed(&format!("reading {key}"), &error)),
            }
        }
        Ok(path)
    }

    /// The cached copies of several objects; those that are not there are fetched, [`FETCHES`] at once.
    pub fn files(&self, keys: &[String]) -> Result<Vec<PathBuf>, StoreError> {
        let mut absent: Vec<&String> = keys.iter().filter(|key| !self.cache.join(key).is_file()).collect();
        self.runtime.block_on(async {
            let mut fetches = JoinSet::new();
            loop {
                while fetches.len() < FETCHES
                    && let Some(key) = absent.pop().cloned()
                {
                    let store = self.store.clone();
                    fetches.spawn(async move { (key.clone(), read(store, key).await) });
                }
                match fetches.join_next().await {
                    None => return Ok(()),
                    Some(Ok((key, Ok(bytes)))) => write_whole(&self.cache.join(&key), &bytes)?,
                    Some(Ok((key, Err(error)))) => return Err(self.failed(&format!("reading {key}"), &error)),
                    Some(Err(error)) => return Err(self.failed("reading it", &error)),
                }
            }
        })?;
        Ok(keys.iter().map(|key| self.cache.join(key)).collect())
    }

    /// Make an object, or find that it is there with the same bytes. `false` if it holds others; it stays as it was.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Result<bool, StoreError> {
        let at = Key::from(key);
        let made = self.runtime.block_on(self.store.put_opts(
            &at,
            bytes.to_vec().into(),
            PutOptions::from(PutMode::Create),
        ));
        let ours = match made {
            Ok(_) => true,
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                let there = self.runtime.block_on(read(self.store.clone(), key.to_owned()));
                there.map_err(|error| self.failed(&format!("reading {key}"), &error))? == bytes
            }
            Err(error) => return Err(self.failed(&format!("writing {key}"), &error)),
        };
        if ours {
            // The store has it: a copy for which there is no room here is fetched when it is read.
            let _ = write_whole(&self.cache.join(key), bytes);
        }
        Ok(ours)
    }

    fn failed(&self, what: &str, error: &dyn std::error::Error) -> StoreError {
        StoreError::Remote { url: self.url.clone(), what: what.to_owned(), why: causes(error) }
    }
}

async fn read(store: Arc<dyn ObjectStore>, key: String) -> Result<Vec<u8>, Error> {
    Ok(store.get(&Key::from(key)).await?.bytes().await?.to_vec())
}

/// What the environment says to a provider: names that begin with its own prefix, and the one without that its tools
/// read. `TOKEN`, `REGION` and `ENDPOINT` would be keys as well, and belong to other programs.
fn settings(
    scheme: &ObjectStoreScheme,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> BTreeMap<String, String> {
    let (prefix, other) = match scheme {
        ObjectStoreScheme::AmazonS3 => ("AWS_", None),
        ObjectStoreScheme::GoogleCloudStorage => ("GOOGLE_", Some("SERVICE_ACCOUNT")),
        ObjectStoreScheme::MicrosoftAzure => ("AZURE_", Some("IDENTITY_ENDPOINT")),
        _ => return BTreeMap::new(),
    };
    let own = |name: &str| name.starts_with(prefix) || Some(name) == other;
    environment
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| own(name))
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect()
}

/// The client for a scheme, with every option of the environment that the scheme knows.
fn backend(scheme: &ObjectStoreScheme, url: &str) -> Result<Arc<dyn ObjectStore>, Error> {
    /// The cryptography of TLS is chosen once a process.
    static RING: Once = Once::new();
    RING.call_once(|| {
        // Somebody else's choice is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let retry = RetryConfig { max_retries: RETRIES, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let settings = settings(scheme, std::env::vars_os());
    macro_rules! client {
        ($builder:ty) => {{
            let builder = <$builder>::new()
                .with_url(url)
                .with_retry(retry)
                .with_client_options(ClientOptions::new().with_timeout(PATIENCE));
            let built = settings.iter().fold(builder, |builder, (key, value)| match key.parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            });
            Arc::new(built.build()?)
        }};
    }
    Ok(match scheme {
        ObjectStoreScheme::AmazonS3 => client!(AmazonS3Builder),
        ObjectStoreScheme::GoogleCloudStorage => client!(GoogleCloudStorageBuilder),
        ObjectStoreScheme::MicrosoftAzure => client!(MicrosoftAzureBuilder),
        _ => Arc::new(LocalFileSystem::new()),
    })
}

/// An error with its causes; object stores bury what happened.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text += ": ";
            text += &more;
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_told_only_what_is_meant_for_it() {
        let names = [
            "TOKEN",
            "REGION",
            "ENDPOINT",
            "BUCKET",
            "ACCESS_KEY",
            "AWS_REGION",
            "GOOGLE_BUCKET",
            "SERVICE_ACCOUNT",
            "AZURE_STORAGE_TOKEN",
            "IDENTITY_ENDPOINT",
        ];
        let told = |scheme: ObjectStoreScheme| -> Vec<String> {
            let environment = names.iter().map(|name| (OsString::from(name), OsString::from("value")));
            settings(&scheme, environment).into_keys().collect()
        };
        assert_eq!(told(ObjectStoreScheme::AmazonS3), ["aws_region"]);
        assert_eq!(told(ObjectStoreScheme::GoogleCloudStorage), ["google_bucket", "service_account"]);
        assert_eq!(told(ObjectStoreScheme::MicrosoftAzure), ["azure_storage_token", "identity_endpoint"]);
        assert!(told(ObjectStoreScheme::Local).is_empty());
    }
}
