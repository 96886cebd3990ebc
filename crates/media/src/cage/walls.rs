//! The walls of a cage, and the trial of them.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketType};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::limits::CageLimits;
use super::messages::{Enforced, Landlock};
use super::syscalls;

/// What the walls are for.
pub(crate) enum Inside<'a> {
    /// A decoder: it opens nothing and starts nothing.
    Decoder,
    /// A player, about to be started: its program and its libraries can be read.
    Player {
        /// The program.
        program: &'a Path,
    },
}

/// Descriptors that a player may have open. A decoder opens none.
const PLAYER_DESCRIPTORS_MAX: u64 = 64;
/// The most bytes that a player may write of notes.
const PLAYER_NOTES_BYTES_MAX: u64 = 8 << 20;
/// Where libraries, and what finds them, stand.
const LIBRARIES: [&str; 7] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
];
/// What the kernel starts before a program that uses libraries.
const LOADERS: [&str; 2] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];

/// Shuts this process in, tries the walls, and says which hold.
pub(crate) fn shut(inside: &Inside<'_>, limits: &CageLimits) -> Enforced {
    let single_thread = std::fs::read_dir("/proc/self/task").is_ok_and(|tasks| tasks.count() == 1);
    let rlimits = limit(inside, limits).is_ok();
    let landlock = restrict(inside).unwrap_or(Landlock::Absent);
    // Asked before seccomp refuses to hear of it, so that it is Landlock that answers.
    let is_shut = File::open("/").is_err_and(|error| error.kind() == ErrorKind::PermissionDenied);
    let rlimits = rlimits && limit_last(inside).is_ok();
    let seccomp = syscalls::restrict(inside).is_ok() && no_socket() && no_file(inside);
    Enforced {
        landlock: if is_shut { landlock } else { Landlock::Absent },
        seccomp,
        rlimits,
        single_thread,
    }
}

fn limit(inside: &Inside<'_>, limits: &CageLimits) -> Result<(), Errno> {
    let cpu = limits.cpu_seconds_max;
    set(
        Resource::As,
        limits.memory_bytes_max,
        limits.memory_bytes_max,
    )?;
    // The first ends it with a signal of its own, the second for certain.
    set(Resource::Cpu, cpu, cpu + 1)?;
    set(Resource::Core, 0, 0)?;
    match inside {
        Inside::Decoder => {
            set(Resource::Fsize, 0, 0)?;
            set(Resource::Nproc, 0, 0)
        }
        // A player has threads, and the limit counts all that the user has anywhere; that it starts
        // no process is seccomp's.
        Inside::Player { .. } => {
            let bytes = PLAYER_NOTES_BYTES_MAX;
            set(Resource::Fsize, bytes, bytes)
        }
    }
}

/// The limit that would answer a trial of the other walls.
fn limit_last(inside: &Inside<'_>) -> Result<(), Errno> {
    let descriptors = match inside {
        Inside::Decoder => 0,
        Inside::Player { .. } => PLAYER_DESCRIPTORS_MAX,
    };
    set(Resource::Nofile, descriptors, descriptors)
}

fn set(resource: Resource, soft: u64, hard: u64) -> Result<(), Errno> {
    let limit = Rlimit {
        current: Some(soft),
        maximum: Some(hard),
    };
    setrlimit(resource, limit)
}

fn restrict(inside: &Inside<'_>) -> Result<Landlock, RulesetError> {
    // The rights over files are a condition; what a newer kernel adds is taken where it is there.
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?;
    let ruleset = match inside {
        Inside::Decoder => ruleset,
        Inside::Player { program } => open_for_player(ruleset, program)?,
    };
    let status = ruleset.restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced if status.no_new_privs => Landlock::Full,
        RulesetStatus::PartiallyEnforced if status.no_new_privs => Landlock::FilesOnly,
        _ => Landlock::Absent,
    })
}

fn open_for_player(
    mut ruleset: RulesetCreated,
    program: &Path,
) -> Result<RulesetCreated, RulesetError> {
    for library in LIBRARIES {
        // What is not there needs no door.
        if let Ok(fd) = PathFd::new(library) {
            let rights = if Path::new(library).is_dir() {
                AccessFs::ReadFile | AccessFs::ReadDir
            } else {
                AccessFs::ReadFile.into()
            };
            ruleset = ruleset.add_rule(PathBeneath::new(fd, rights))?;
        }
    }
    for started in LOADERS.iter().map(Path::new).chain([program]) {
        if let Ok(fd) = PathFd::new(started) {
            let rights = AccessFs::ReadFile | AccessFs::Execute;
            ruleset = ruleset.add_rule(PathBeneath::new(fd, rights))?;
        }
    }
    Ok(ruleset)
}

fn no_socket() -> bool {
    let families = [
        AddressFamily::INET,
        AddressFamily::INET6,
        AddressFamily::UNIX,
    ];
    families.into_iter().all(|family| {
        rustix::net::socket(family, SocketType::STREAM, None).is_err_and(|no| no == Errno::PERM)
    })
}

/// That seccomp refuses to open files; for a player it cannot, and Landlock alone has to.
fn no_file(inside: &Inside<'_>) -> bool {
    match inside {
        Inside::Player { .. } => true,
        Inside::Decoder => File::open("/")
            .is_err_and(|error| error.raw_os_error() == Some(Errno::PERM.raw_os_error())),
    }
}
