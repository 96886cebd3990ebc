//! Where a list is fetched from: the service, its address, and where its secrets are. The secrets
//! themselves are never kept.

use std::path::{Path, PathBuf};

use model::Timestamp;
use serde::{Deserialize, Serialize};
use store::{ListRow, ListSourceRow, Sealed};
use triage::Length;
use url::{Host, Url};

use super::super::lists::ListSummary;
use crate::intake::{
    Actor, IntakeError, IntakeFault, IntakeRefusal, Operation, SourceChange, SourceOrder,
};
use crate::sealed_names as names;
use crate::station::Station;

/// Bytes of a service's address.
const URL_BYTES_MAX: usize = 1000;
/// Bytes of a reason's id.
const REASON_BYTES_MAX: usize = 200;

/// A service that gives lists over HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListService {
    /// NCMEC's hash sharing v2. Each environment has its own address.
    Ncmec,
    /// `StopNCII` v1.
    StopNcii,
    /// Tech Against Terrorism.
    Tat,
}

impl ListService {
    /// Every service.
    pub const ALL: [Self; 3] = [Self::Ncmec, Self::StopNcii, Self::Tat];

    /// The name on the command line and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ncmec => "ncmec",
            Self::StopNcii => "stopncii",
            Self::Tat => "tat",
        }
    }

    /// Whether it takes what members make of matches.
    pub const fn takes_feedback(self) -> bool {
        matches!(self, Self::Ncmec | Self::StopNcii)
    }

    /// The service's only address, if it has one.
    const fn url(self) -> Option<&'static str> {
        match self {
            Self::Ncmec => None,
            Self::StopNcii => Some("https://api.stopncii.org/v1"),
            Self::Tat => Some("https://app.terrorismanalytics.org"),
        }
    }
}

/// Where a list is fetched from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListSource {
    /// The service.
    pub service: ListService,
    /// Its base address, without a slash at its end.
    pub url: String,
    /// The file that has the secrets the service gave.
    pub credentials: PathBuf,
    /// A file of certificates that are trusted beside those of the system.
    pub ca: Option<PathBuf>,
    /// How often a running server fetches the list; `None`: only when told.
    pub every: Option<Length>,
    /// Whether a running server tells the service after each fetch what was made of its matches.
    #[serde(default)]
    pub feedback: bool,
    /// The reason that a rejected match is told with, where the service wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What staff say of a list's source; what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceSettings {
    /// The service.
    pub service: Option<ListService>,
    /// Its base address.
    pub url: Option<String>,
    /// The file that has the secrets.
    pub credentials: Option<PathBuf>,
    /// A file of further certificates.
    pub ca: Option<PathBuf>,
    /// How often a running server fetches; `Some(None)`: only when told.
    pub every: Option<Option<Length>>,
    /// Whether a running server tells the service what was made of its matches.
    pub feedback: Option<bool>,
    /// The reason that a rejected match is told with.
    pub reason: Option<String>,
}

/// A list's source as staff read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceSummary {
    /// Where it is fetched from.
    #[serde(flatten)]
    pub source: ListSource,
    /// When the last fetch began.
    pub tried: Option<Timestamp>,
    /// When one last came to its end.
    pub done: Option<Timestamp>,
    /// The code of why the last one did not come to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl SourceSettings {
    /// The source that comes of it.
    fn onto(self, old: Option<&ListSource>) -> Result<ListSource, IntakeRefusal> {
        let service = self.service.or_else(|| old.map(|old| old.service));
        let service = service.ok_or_else(|| refusal("Say which service it is: --source."))?;
        // What was said of another service says nothing of this one.
        let old = old.filter(|old| old.service == service);
        let url = self.url.or_else(|| old.map(|old| old.url.clone()));
        let url = url.or_else(|| service.url().map(str::to_owned));
        let url = url
            .ok_or_else(|| refusal("Name the base address of the service's environment: --url."))?;
        let credentials = self.credentials;
        let credentials = credentials.or_else(|| old.map(|old| old.credentials.clone()));
        let credentials = credentials.ok_or_else(|| {
            refusal("Name the file that has the secrets the service gave: --credentials.")
        })?;
        let feedback = self.feedback.or_else(|| old.map(|old| old.feedback));
        let feedback = feedback.unwrap_or_default();
        if feedback && !service.takes_feedback() {
            return Err(refusal(&format!("{} takes no feedback.", service.name())));
        }
        let reason = self
            .reason
            .or_else(|| old.and_then(|old| old.reason.clone()));
        if reason
            .as_ref()
            .is_some_and(|reason| reason.len() > REASON_BYTES_MAX)
        {
            return Err(refusal("The reason is the id of one: it is not so long."));
        }
        Ok(ListSource {
            service,
            url: checked_url(&url)?,
            credentials: absolute(&credentials)?,
            ca: match self.ca.or_else(|| old.and_then(|old| old.ca.clone())) {
                Some(ca) => Some(absolute(&ca)?),
                None => None,
            },
            every: match self.every {
                Some(every) => every,
                None => old.and_then(|old| old.every),
            },
            feedback,
            reason,
        })
    }
}

/// A base address that secrets may be sent to.
fn checked_url(text: &str) -> Result<String, IntakeRefusal> {
    let bad = |why: &str| refusal(&format!("The address of the service {why}."));
    if text.len() > URL_BYTES_MAX {
        return Err(bad("is absurdly long"));
    }
    let url = Url::parse(text).map_err(|_| bad("is not one, as https://example.com/path is"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad(
            "must not have a name or password in it: put them into the file of \
                        --credentials",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("is a base address: it has no ? and no #"));
    }
    match url.scheme() {
        "https" if url.host().is_some() => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(bad(
                "begins with https://; http:// is for this machine alone",
            ));
        }
        _ => return Err(bad("begins with https://")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether an address is this machine's own.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn absolute(path: &Path) -> Result<PathBuf, IntakeRefusal> {
    let whole = std::path::absolute(path);
    whole.map_err(|_| refusal("The path of a file is empty, or there is no current directory."))
}

fn refusal(text: &str) -> IntakeRefusal {
    IntakeRefusal::Request(text.to_owned())
}

impl Station {
    /// Says where a list is fetched from. Another service or address begins at its start.
    pub async fn set_list_source(
        &self,
        actor: Actor,
        name: &str,
        settings: SourceSettings,
    ) -> Result<ListSummary, IntakeError> {
        let list = self.find_list(name).await?;
        let standing = self.core().store.list_source(list.id).await?;
        let old = match &standing {
            Some(row) => Some(self.open_source(&list, row)?),
            None => None,
        };
        let new = settings.onto(old.as_ref())?;
        let anew = old.is_none_or(|old| old.service != new.service || old.url != new.url);
        let settings = self.seal_source(&list, &new)?;
        let change = SourceChange::Set { settings, anew };
        self.change_source(actor, &list, change).await
    }

    /// Forgets where a list is fetched from. Its entries stay.
    pub async fn forget_list_source(
        &self,
        actor: Actor,
        name: &str,
    ) -> Result<ListSummary, IntakeError> {
        let list = self.find_list(name).await?;
        self.change_source(actor, &list, SourceChange::Forget).await
    }

    async fn change_source(
        &self,
        actor: Actor,
        list: &ListRow,
        change: SourceChange,
    ) -> Result<ListSummary, IntakeError> {
        let list_id = list.id;
        let order = SourceOrder {
            list: list_id,
            change,
            actor,
        };
        self.commit(Operation::ChangeSource(order)).await?;
        self.summarise(list.clone()).await
    }

    /// A list's source as staff read it; `None` where it has none, or was shredded.
    pub(in super::super) async fn source_summary(
        &self,
        list: &ListRow,
    ) -> Result<Option<SourceSummary>, IntakeError> {
        if list.key.is_none() {
            return Ok(None);
        }
        let Some(row) = self.core().store.list_source(list.id).await? else {
            return Ok(None);
        };
        Ok(Some(SourceSummary {
            source: self.open_source(list, &row)?,
            tried: row.tried,
            done: row.done,
            failure: (!row.failure.is_empty()).then_some(row.failure),
        }))
    }

    pub(super) fn open_source(
        &self,
        list: &ListRow,
        row: &ListSourceRow,
    ) -> Result<ListSource, IntakeError> {
        let core = self.core();
        let key = core.material.bank.key(core, list)?;
        let key = key.ok_or(IntakeRefusal::NoSuchList)?;
        let context = names::list_source(list.id);
        let json = vault::seal::open(&key, &context, &row.settings.0)?;
        Ok(serde_json::from_slice(&json).map_err(|_| UNREADABLE)?)
    }

    fn seal_source(&self, list: &ListRow, source: &ListSource) -> Result<Sealed, IntakeError> {
        let core = self.core();
        let key = core.material.bank.key(core, list)?;
        let key = key.ok_or(IntakeRefusal::NoSuchList)?;
        let json = serde_json::to_vec(source).map_err(|_| UNREADABLE)?;
        let context = names::list_source(list.id);
        let sealed = vault::seal::seal(&key, &context, &json, core.entropy.as_ref())?;
        Ok(Sealed(sealed))
    }
}

const UNREADABLE: IntakeFault = IntakeFault::Unreadable {
    what: "a list's source",
};

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Result<String, String> {
        checked_url(text).map_err(|refusal| refusal.to_string())
    }

    #[test]
    fn an_address_is_one_that_secrets_may_go_to() {
        for (text, kept) in [
            ("https://example.com", "https://example.com"),
            ("https://example.com/a/", "https://example.com/a"),
            ("http://127.0.0.1:1234", "http://127.0.0.1:1234"),
            ("http://[::1]:1/a", "http://[::1]:1/a"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(url(text).as_deref(), Ok(kept));
        }
        for (text, why) in [
            ("http://example.com", "this machine alone"),
            ("http://localhost.example.com", "this machine alone"),
            ("http://192.0.2.1", "this machine alone"),
            ("ftp://example.com", "https://"),
            ("file:///etc/passwd", "https://"),
            ("example.com", "not one"),
            ("", "not one"),
            ("https://user:secret@example.com", "--credentials"),
            ("https://user@example.com", "--credentials"),
            ("https://example.com/?key=secret", "no ?"),
            ("https://example.com/#a", "no #"),
            (&format!("https://example.com/{}", "a".repeat(981)), "long"),
        ] {
            let refused = url(text).unwrap_err();
            assert!(refused.contains(why), "{text}: {refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
        assert!(url(&format!("https://example.com/{}", "a".repeat(980))).is_ok());
    }

    #[test]
    fn what_is_not_said_stays_and_another_service_begins_anew() {
        let said = SourceSettings {
            service: Some(ListService::StopNcii),
            credentials: Some("/etc/one".into()),
            ca: Some("/etc/ca".into()),
            every: Some("6h".parse().ok()),
            ..SourceSettings::default()
        };
        let first = said.onto(None).unwrap();
        assert_eq!(first.url, "https://api.stopncii.org/v1");
        assert_eq!(
            SourceSettings::default().onto(Some(&first)),
            Ok(first.clone())
        );
        let other = SourceSettings {
            service: Some(ListService::Tat),
            ..SourceSettings::default()
        };
        let refused = other.onto(Some(&first)).unwrap_err().to_string();
        assert!(refused.contains("--credentials"), "{refused}");
        let told = SourceSettings {
            every: Some(None),
            ..SourceSettings::default()
        };
        assert_eq!(told.onto(Some(&first)).unwrap().every, None);
        let json = serde_json::to_string(&first).unwrap();
        assert!(json.contains("\"service\":\"stopncii\"") && json.contains("\"every\":\"6h\""));
        assert_eq!(serde_json::from_str::<ListSource>(&json).unwrap(), first);
    }
}
