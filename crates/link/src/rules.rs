//! The identifier rules: platforms, services, device ids and the words around them, as data with
//! sources.

mod labels;
mod problem;
mod raw;

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use model::IdentifierKind;
use toml::Spanned;

use crate::Region;
use crate::text::Brackets;

pub(crate) use labels::{Label, Labels, Target};
pub use problem::{IdentifierRulesError, IdentifierRulesProblem};
pub(crate) use raw::{DeviceValue, ServiceValue};

/// The longest rules text that is read, in bytes.
pub const RULES_BYTES_MAX: usize = 1 << 20;
/// The longest name that a platform may allow, in characters.
const NAME_CHARS_MAX: i64 = 128;

/// The rules that are built in.
const BUILTIN: &str = include_str!("../../../policy/identifiers.toml");

/// How identifiers are recognised in free text.
#[derive(Debug, Clone)]
pub struct IdentifierRules {
    version: String,
    pub(crate) platforms: Vec<Platform>,
    pub(crate) services: Vec<Service>,
    pub(crate) devices: Vec<Device>,
    pub(crate) labels: Labels,
    /// Links by host.
    pub(crate) links: HashMap<String, Vec<Link>>,
    pub(crate) words: Words,
    pub(crate) brackets: Brackets,
    /// Endings of files that are also top-level domains.
    pub(crate) endings: HashSet<String>,
    /// Positions by name and label, as letters and digits only.
    platform_names: HashMap<String, usize>,
    device_names: HashMap<String, usize>,
    examples: Vec<Example>,
}

/// A platform on which names have owners.
#[derive(Debug, Clone)]
pub(crate) struct Platform {
    pub(crate) name: String,
    pub(crate) names: NameShape,
    /// A number behind the platform's label is a phone number.
    pub(crate) phones: bool,
    /// How many digits a number has that names a room.
    pub(crate) rooms: Vec<usize>,
    /// First parts of a path that name no account.
    pub(crate) reserved: HashSet<String>,
}

/// Which names a platform allows.
#[derive(Debug, Clone)]
pub(crate) struct NameShape {
    pub(crate) chars: Range<usize>,
    pub(crate) marks: Vec<u8>,
}

/// A wallet or a way of sending money.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) value: ServiceValue,
    /// Where its phone numbers are.
    pub(crate) region: Option<Region>,
    /// How many digits a number of it has.
    pub(crate) digits: Vec<usize>,
}

/// A kind of device id.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) value: DeviceValue,
}

/// A web address whose path names an account, a group or a wallet.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    pub(crate) target: LinkTarget,
    /// What stands between the host and the name, with its first slash.
    pub(crate) before: String,
}

/// What a link names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkTarget {
    /// An account on a platform.
    Profile(usize),
    /// A group on a platform.
    Group(usize),
    /// A phone number.
    Number,
    /// A wallet of a service.
    Wallet(usize),
}

/// The words around labels and numbers, in lower case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    pub(crate) between: HashSet<String>,
    pub(crate) naming: HashSet<String>,
    pub(crate) group: HashSet<String>,
    pub(crate) on: HashSet<String>,
    pub(crate) phone: HashSet<String>,
    pub(crate) other: HashSet<String>,
    pub(crate) version: HashSet<String>,
    pub(crate) stop: HashSet<String>,
}

/// A text and the one identifier it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The kind.
    pub kind: IdentifierKind,
    /// The text.
    pub text: String,
    /// The normal form.
    pub normal: String,
    /// Whether it is valid.
    pub valid: bool,
    /// The region to read it in.
    pub region: Option<Region>,
}

impl IdentifierRules {
    /// Reads rules. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, IdentifierRulesError> {
        let refusal = Refusal { text, file_name };
        if text.len() > RULES_BYTES_MAX {
            return Err(refusal.at(0, IdentifierRulesProblem::TooLong));
        }
        let raw: raw::Rules = toml::from_str(text).map_err(|source| {
            let at = source.span().unwrap_or(Range { start: 0, end: 0 }).start;
            let reason = source.message().to_owned();
            refusal.at(at, IdentifierRulesProblem::Syntax { reason })
        })?;
        let version = refusal.stated(&raw.version, "version")?;
        refusal.stated(&raw.title, "title")?;
        let mut rules = Self {
            version,
            platforms: Vec::new(),
            services: Vec::new(),
            devices: Vec::new(),
            labels: Labels::default(),
            links: HashMap::new(),
            words: refusal.words(&raw.words)?,
            brackets: Brackets::default(),
            endings: HashSet::new(),
            platform_names: HashMap::new(),
            device_names: HashMap::new(),
            examples: refusal.examples(&raw.kinds, text.len())?,
        };
        refusal.stated(&raw.brackets.source, "source")?;
        refusal.stated(&raw.endings.source, "source")?;
        refusal.stated(&raw.card.source, "source")?;
        for word in &raw.brackets.dot {
            if !rules.labels.add(word, Target::Dot, false) {
                let label = word.clone();
                return Err(refusal.at(0, IdentifierRulesProblem::LabelTwice { label }));
            }
        }
        let at = raw.brackets.at.into_iter().map(|word| (word, b'@'));
        let dot = raw.brackets.dot.into_iter().map(|word| (word, b'.'));
        rules.brackets = Brackets(at.chain(dot).collect());
        rules.endings = raw.endings.words.into_iter().collect();
        rules.label(&refusal, &raw.card.labels, Target::Card, false)?;
        for platform in raw.platforms {
            rules.platform(&refusal, platform)?;
        }
        for service in raw.services {
            rules.service(&refusal, service)?;
        }
        for device in raw.devices {
            let target = Target::Device(rules.devices.len());
            rules.label(&refusal, &device.labels, target, false)?;
            refusal.stated(&device.source, "source")?;
            rules.devices.push(Device {
                name: refusal.name(&device.name)?,
                value: device.value,
            });
        }
        rules.call_by_name();
        for links in rules.links.values_mut() {
            // The longest beginning is the most specific.
            links.sort_by_key(|link| std::cmp::Reverse(link.before.len()));
        }
        rules.labels.finish();
        Ok(rules)
    }

    fn call_by_name(&mut self) {
        for (position, platform) in self.platforms.iter().enumerate() {
            self.platform_names.insert(platform.name.clone(), position);
        }
        for (position, device) in self.devices.iter().enumerate() {
            self.device_names.insert(device.name.clone(), position);
        }
        for (label, target) in self.labels.texts() {
            let slug = label.chars().filter(|c| c.is_alphanumeric()).collect();
            match target {
                Target::Platform(position) => self.platform_names.insert(slug, position),
                Target::Device(position) => self.device_names.insert(slug, position),
                _ => None,
            };
        }
    }

    /// The rules that are built in.
    pub fn builtin() -> Result<Self, IdentifierRulesError> {
        Self::parse(BUILTIN, "policy/identifiers.toml")
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The examples of all kinds.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The platform that is called so: a name or a label, as letters and digits only.
    pub(crate) fn platform_called(&self, slug: &str) -> Option<&str> {
        let position = *self.platform_names.get(slug)?;
        Some(&self.platforms[position].name)
    }

    /// The kind of device id that is called so: a name or a label, as letters and digits only.
    pub(crate) fn device_called(&self, slug: &str) -> Option<&str> {
        let position = *self.device_names.get(slug)?;
        Some(&self.devices[position].name)
    }

    fn platform(
        &mut self,
        refusal: &Refusal<'_>,
        raw: raw::Platform,
    ) -> Result<(), IdentifierRulesError> {
        let position = self.platforms.len();
        let name = refusal.name(&raw.name)?;
        refusal.stated(&raw.source, "source")?;
        self.label(refusal, &raw.labels, Target::Platform(position), false)?;
        self.label(refusal, &raw.short, Target::Platform(position), true)?;
        for link in &raw.profiles {
            self.link(refusal, link, LinkTarget::Profile(position))?;
        }
        for link in &raw.groups {
            self.link(refusal, link, LinkTarget::Group(position))?;
        }
        for link in &raw.numbers {
            self.link(refusal, link, LinkTarget::Number)?;
        }
        let (min, max) = (*raw.names.min.get_ref(), *raw.names.max.get_ref());
        let shape = usize::try_from(min).ok().zip(usize::try_from(max).ok());
        let Some((min, max)) = shape.filter(|_| 1 <= min && min <= max && max <= NAME_CHARS_MAX)
        else {
            let at = raw.names.min.span().start;
            return Err(refusal.at(at, IdentifierRulesProblem::NameLengths));
        };
        self.platforms.push(Platform {
            name,
            names: NameShape {
                chars: min..max + 1,
                marks: raw.names.marks.into_bytes(),
            },
            phones: raw.phones,
            rooms: raw.rooms,
            reserved: raw.reserved.into_iter().collect(),
        });
        Ok(())
    }

    fn service(
        &mut self,
        refusal: &Refusal<'_>,
        raw: raw::Service,
    ) -> Result<(), IdentifierRulesError> {
        let position = self.services.len();
        let name = refusal.name(&raw.name)?;
        refusal.stated(&raw.source, "source")?;
        self.label(refusal, &raw.labels, Target::Service(position), false)?;
        for link in &raw.links {
            self.link(refusal, link, LinkTarget::Wallet(position))?;
        }
        let region = raw.region.as_ref().map(|region| refusal.region(region));
        self.services.push(Service {
            name,
            value: raw.value,
            region: region.transpose()?,
            digits: raw.digits,
        });
        Ok(())
    }

    fn label(
        &mut self,
        refusal: &Refusal<'_>,
        texts: &[Spanned<String>],
        target: Target,
        short: bool,
    ) -> Result<(), IdentifierRulesError> {
        for text in texts {
            let at = text.span().start;
            let label = text.get_ref();
            let fits = label.trim() == label
                && (label.chars().count() >= 2 || short)
                && (label.is_ascii() || label.len() >= 4)
                && label.chars().next().is_some_and(char::is_alphanumeric);
            if !fits {
                let label = label.clone();
                return Err(refusal.at(at, IdentifierRulesProblem::Label { label }));
            }
            if !self.labels.add(label, target, short) {
                let label = label.clone();
                return Err(refusal.at(at, IdentifierRulesProblem::LabelTwice { label }));
            }
        }
        Ok(())
    }

    fn link(
        &mut self,
        refusal: &Refusal<'_>,
        text: &Spanned<String>,
        target: LinkTarget,
    ) -> Result<(), IdentifierRulesError> {
        let pattern = text.get_ref();
        let parts = pattern
            .strip_suffix("{}")
            .and_then(|before| match before.find("://") {
                Some(scheme) => Some(before.split_at(scheme + 3)),
                None => before.find(['/', ':']).map(|at| before.split_at(at)),
            });
        let Some((host, before)) = parts.filter(|(host, _)| !host.is_empty()) else {
            let link = pattern.clone();
            return Err(refusal.at(text.span().start, IdentifierRulesProblem::Link { link }));
        };
        let link = Link {
            target,
            before: before.to_owned(),
        };
        self.links.entry(host.to_owned()).or_default().push(link);
        Ok(())
    }
}

/// Turns a place in the text into a refusal.
struct Refusal<'t> {
    text: &'t str,
    file_name: &'t str,
}

impl Refusal<'_> {
    fn at(&self, at: usize, problem: IdentifierRulesProblem) -> IdentifierRulesError {
        let before = self.text.bytes().take(at);
        IdentifierRulesError {
            file: self.file_name.to_owned(),
            line: before.filter(|byte| *byte == b'\n').count() + 1,
            problem,
        }
    }

    fn stated(
        &self,
        value: &Spanned<String>,
        key: &'static str,
    ) -> Result<String, IdentifierRulesError> {
        if value.get_ref().trim().is_empty() {
            let at = value.span().start;
            return Err(self.at(at, IdentifierRulesProblem::Unstated { key }));
        }
        Ok(value.get_ref().clone())
    }

    /// A name that normal forms begin with: lower-case letters and digits.
    fn name(&self, value: &Spanned<String>) -> Result<String, IdentifierRulesError> {
        let name = self.stated(value, "name")?;
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if name.bytes().all(fits) {
            return Ok(name);
        }
        Err(self.at(value.span().start, IdentifierRulesProblem::Name { name }))
    }

    fn region(&self, value: &Spanned<String>) -> Result<Region, IdentifierRulesError> {
        value.get_ref().parse().map_err(|_| {
            let name = value.get_ref().clone();
            self.at(value.span().start, IdentifierRulesProblem::Region { name })
        })
    }

    fn words(&self, raw: &raw::Words) -> Result<Words, IdentifierRulesError> {
        self.stated(&raw.source, "source")?;
        let set = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect();
        Ok(Words {
            between: set(&raw.between),
            naming: set(&raw.naming),
            group: set(&raw.group),
            on: set(&raw.on),
            phone: set(&raw.phone),
            other: set(&raw.other),
            version: set(&raw.version),
            stop: set(&raw.stop),
        })
    }

    /// Every kind once, each with an example.
    fn examples(
        &self,
        kinds: &[raw::Kind],
        end: usize,
    ) -> Result<Vec<Example>, IdentifierRulesError> {
        let mut examples: Vec<Example> = Vec::new();
        let in_text = |kind: &IdentifierKind| *kind != IdentifierKind::PriorReport;
        for raw in kinds {
            let name = raw.name.get_ref().clone();
            let at = raw.name.span().start;
            let mut known = IdentifierKind::ALL.into_iter().filter(in_text);
            let Some(kind) = known.find(|kind| kind.name() == name) else {
                return Err(self.at(at, IdentifierRulesProblem::UnknownKind { name }));
            };
            if examples.iter().any(|example| example.kind == kind) {
                return Err(self.at(at, IdentifierRulesProblem::KindTwice { name }));
            }
            self.stated(&raw.text, "text")?;
            self.stated(&raw.source, "source")?;
            if raw.examples.is_empty() {
                return Err(self.at(at, IdentifierRulesProblem::NoExample { name }));
            }
            for example in &raw.examples {
                let region = example.region.as_ref().map(|region| self.region(region));
                examples.push(Example {
                    kind,
                    text: example.text.clone(),
                    normal: example.normal.clone(),
                    valid: example.valid,
                    region: region.transpose()?,
                });
            }
        }
        for kind in IdentifierKind::ALL.into_iter().filter(in_text) {
            if !examples.iter().any(|example| example.kind == kind) {
                let name = kind.name();
                return Err(self.at(end, IdentifierRulesProblem::KindMissing { name }));
            }
        }
        Ok(examples)
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
