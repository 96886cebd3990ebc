//! The secrets that a service gave, as they stand in a file that nobody else may read.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::source::ListService;

/// The longest file of secrets, in bytes.
const FILE_BYTES_MAX: u64 = 16 << 10;
/// Anybody but the owner.
const OTHERS: u32 = 0o077;

/// Why the secrets of a service cannot be used. Nothing says what stands in the file.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// The file cannot be read.
    #[error("cannot read the secrets in {path}: check that the file exists and is yours")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Others on this machine may read or change the file.
    #[error(
        "{path} can be read or changed by others (mode {mode:03o}): run `chmod 600 {path}`, and \
         ask the service for new secrets if somebody may have read these"
    )]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file does not say what the service needs.
    #[error("{path}{}: {problem}", .line.map(|line| format!(":{line}")).unwrap_or_default())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where one can be named.
        line: Option<usize>,
        /// What is wrong; never what stands there.
        problem: &'static str,
    },
}

impl CredentialsError {
    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "fetch.credentials-unreadable",
            Self::TooOpen { .. } => "fetch.credentials-open",
            Self::Invalid { .. } => "fetch.credentials-invalid",
        }
    }
}

/// A text that is wiped from memory and printed nowhere.
#[derive(Clone)]
pub(super) struct Hidden(Zeroizing<String>);

impl Hidden {
    pub(super) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// The secrets of one service.
#[derive(Debug, Clone)]
pub(super) enum Credentials {
    /// The value of an `Authorization` header.
    Basic(Hidden),
    /// Two keys, each in a header of its own; the first is the errand's.
    Keys {
        functions: Hidden,
        subscription: Hidden,
    },
    /// A name and a password that a token is given for.
    Login { user: Hidden, password: Hidden },
}

/// What may stand in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    user: Option<String>,
    password: Option<String>,
    functions_key: Option<String>,
    subscription_key: Option<String>,
    feedback_key: Option<String>,
}

/// What the secrets are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Errand {
    /// To ask for a list.
    Fetch,
    /// To say what was made of its matches.
    Feedback,
}

const SHAPE: &str = "this line is not one of `user`, `password`, `functions_key`, \
     `subscription_key`, `feedback_key`, each once, as user = \"…\"";
const NAME_NEEDED: &str = "this service needs two lines: user = \"…\" and password = \"…\"";
const KEYS_NEEDED: &str =
    "this service needs two lines: functions_key = \"…\" and subscription_key = \"…\"";
const FEEDBACK_KEY_NEEDED: &str = "this service takes feedback with a functions key of its own: \
     add a line feedback_key = \"…\"";
const SIGNS: &str = "a secret is empty, or has characters that a request cannot carry";

impl Credentials {
    /// Reads the secrets of a service.
    pub(super) fn read(
        path: &Path,
        service: ListService,
        errand: Errand,
    ) -> Result<Self, CredentialsError> {
        let text = read_private(path)?;
        Self::parse(&text, service, errand).map_err(|(line, problem)| CredentialsError::Invalid {
            path: path.to_owned(),
            line,
            problem,
        })
    }

    fn parse(
        text: &str,
        service: ListService,
        errand: Errand,
    ) -> Result<Self, (Option<usize>, &'static str)> {
        // The parser's own words may have what stands there.
        let names: Names = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let before = text.bytes().take(start);
            (
                Some(before.filter(|byte| *byte == b'\n').count() + 1),
                SHAPE,
            )
        })?;
        let hidden = |text: Option<String>| text.map(Hidden::new);
        let (user, password) = (hidden(names.user), hidden(names.password));
        let keys = (hidden(names.functions_key), hidden(names.subscription_key));
        let feedback = hidden(names.feedback_key);
        match service {
            ListService::Ncmec | ListService::Tat => {
                let (Some(user), Some(password), (None, None), None) =
                    (user, password, keys, feedback)
                else {
                    return Err((None, NAME_NEEDED));
                };
                let plain = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
                if !plain(user.expose()) || !plain(password.expose()) {
                    return Err((None, SIGNS));
                }
                if service == ListService::Tat {
                    return Ok(Self::Login { user, password });
                }
                if user.expose().contains(':') {
                    return Err((
                        None,
                        "the user's name has a colon, which no request can carry",
                    ));
                }
                let both = Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
                let encoded = Zeroizing::new(STANDARD.encode(both.as_bytes()));
                Ok(Self::Basic(Hidden::new(format!("Basic {}", *encoded))))
            }
            ListService::StopNcii => {
                let (None, None, (Some(functions), Some(subscription))) = (user, password, keys)
                else {
                    return Err((None, KEYS_NEEDED));
                };
                let functions = match errand {
                    Errand::Fetch => functions,
                    Errand::Feedback => feedback.ok_or((None, FEEDBACK_KEY_NEEDED))?,
                };
                let plain =
                    |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_graphic());
                if !plain(functions.expose()) || !plain(subscription.expose()) {
                    return Err((None, SIGNS));
                }
                Ok(Self::Keys {
                    functions,
                    subscription,
                })
            }
        }
    }
}

/// The text of a file that nobody but its owner may read or change.
fn read_private(path: &Path) -> Result<Zeroizing<String>, CredentialsError> {
    let unreadable = |source| CredentialsError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // Looked at before it is opened: a pipe would never end.
    let kind = fs::metadata(path).map_err(unreadable)?;
    if !kind.is_file() {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "it is not a plain file");
        return Err(unreadable(source));
    }
    let file = File::open(path).map_err(unreadable)?;
    let opened = file.metadata().map_err(unreadable)?;
    if opened.ino() != kind.ino() {
        let source = io::Error::other("it was changed while it was read");
        return Err(unreadable(source));
    }
    let mode = opened.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(CredentialsError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(FILE_BYTES_MAX + 1)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(CredentialsError::Invalid {
            path: path.to_owned(),
            line: None,
            problem: "the file is far too long for two secrets",
        });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    fn read(text: &str, mode: u32, service: ListService) -> Result<Credentials, CredentialsError> {
        Credentials::read(file(text, mode).path(), service, Errand::Fetch)
    }

    const LOGIN: &str = "user = \"example\"\npassword = \"hidden-1\"\n";
    const KEYS: &str = "functions_key = \"hidden-1\"\nsubscription_key = \"hidden-2\"\n";

    #[test]
    fn each_service_has_its_own_secrets() {
        let Ok(Credentials::Basic(header)) = read(LOGIN, 0o600, ListService::Ncmec) else {
            panic!("two lines are enough");
        };
        assert_eq!(header.expose(), "Basic ZXhhbXBsZTpoaWRkZW4tMQ==");
        assert!(read(LOGIN, 0o400, ListService::Tat).is_ok());
        let keys = read(KEYS, 0o600, ListService::StopNcii).unwrap();
        let printed = format!("{keys:?}");
        assert!(
            printed.contains("[secret]") && !printed.contains("hidden"),
            "{printed}"
        );
    }

    #[test]
    fn feedback_goes_with_a_key_of_its_own() {
        let both = format!("{KEYS}feedback_key = \"hidden-3\"\n");
        let functions = |text: &str, errand| {
            let read = Credentials::read(file(text, 0o600).path(), ListService::StopNcii, errand);
            match read {
                Ok(Credentials::Keys { functions, .. }) => Ok(functions.expose().to_owned()),
                Ok(_) => panic!("this service has keys"),
                Err(refused) => Err(refused.to_string()),
            }
        };
        assert_eq!(functions(&both, Errand::Fetch).as_deref(), Ok("hidden-1"));
        assert_eq!(
            functions(&both, Errand::Feedback).as_deref(),
            Ok("hidden-3")
        );
        let refused = functions(KEYS, Errand::Feedback).unwrap_err();
        assert!(refused.contains("feedback_key = ") && !refused.contains("hidden"));
        let login = format!("{LOGIN}feedback_key = \"hidden-3\"\n");
        assert!(read(&login, 0o600, ListService::Ncmec).is_err());
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        for mode in [0o644, 0o640, 0o604, 0o620, 0o601] {
            let refused = read(LOGIN, mode, ListService::Ncmec).unwrap_err();
            assert_eq!(refused.code(), "fetch.credentials-open");
            let text = refused.to_string();
            assert!(
                text.contains("chmod 600") && text.contains(&format!("{mode:o}")),
                "{text}"
            );
        }
    }

    #[test]
    fn inv_08_what_stands_in_the_file_is_never_told() {
        let long = format!("{LOGIN}#{}", "hidden".repeat(3000));
        for (text, service, says) in [
            (
                "user = \"hidden\"\npassword = 17\n",
                ListService::Ncmec,
                ":2: this line",
            ),
            (
                "user = \"hidden\"\nhidden = \"a\"\n",
                ListService::Ncmec,
                ":2: this line",
            ),
            ("user = \"hidden", ListService::Ncmec, ":1: this line"),
            ("hidden", ListService::Ncmec, ":1: this line"),
            ("", ListService::Ncmec, "user = "),
            ("user = \"hidden\"\n", ListService::Tat, "password = "),
            (KEYS, ListService::Ncmec, "user = "),
            (LOGIN, ListService::StopNcii, "functions_key = "),
            (
                "user = \"a:hidden\"\npassword = \"a\"\n",
                ListService::Ncmec,
                "colon",
            ),
            (
                "user = \"hidden\\n\"\npassword = \"a\"\n",
                ListService::Ncmec,
                "cannot carry",
            ),
            (
                "user = \"hidden\"\npassword = \"\"\n",
                ListService::Tat,
                "is empty",
            ),
            (
                "functions_key = \"hid den\"\nsubscription_key = \"a\"\n",
                ListService::StopNcii,
                "cannot carry",
            ),
            (&long, ListService::Ncmec, "too long"),
        ] {
            let refused = read(text, 0o600, service).unwrap_err();
            assert_eq!(refused.code(), "fetch.credentials-invalid");
            let told = format!("{refused} {refused:?}");
            assert!(told.contains(says), "{told}");
            assert!(!told.contains("hidden"), "{told}");
        }
    }

    #[test]
    fn inv_10_a_file_of_secrets_has_a_limit() {
        let most = usize::try_from(FILE_BYTES_MAX).unwrap();
        let fill = |bytes: usize| format!("{LOGIN}#{}", "a".repeat(bytes - LOGIN.len() - 1));
        assert!(read(&fill(most), 0o600, ListService::Ncmec).is_ok());
        assert!(read(&fill(most + 1), 0o600, ListService::Ncmec).is_err());
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            folder.path().to_owned(),
            folder.path().join("gone"),
            "/dev/zero".into(),
        ] {
            let refused = Credentials::read(&path, ListService::Ncmec, Errand::Fetch).unwrap_err();
            assert_eq!(refused.code(), "fetch.credentials-unreadable");
        }
    }
}
