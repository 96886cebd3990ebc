//! The few system calls that are let through (seccomp).

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use super::walls::Inside;

/// What computing on memory and talking through open descriptors takes.
const DECODER: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_recvfrom,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_sendto,
    libc::SYS_sigaltstack,
    libc::SYS_write,
    libc::SYS_writev,
];

/// What else starting and running a player takes.
const PLAYER: &[libc::c_long] = &[
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_execve,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fcntl,
    libc::SYS_fadvise64,
    libc::SYS_fstatfs,
    libc::SYS_get_mempolicy,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getrusage,
    libc::SYS_getuid,
    libc::SYS_ioctl,
    libc::SYS_membarrier,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_newfstatat,
    libc::SYS_openat,
    libc::SYS_ppoll,
    libc::SYS_prlimit64,
    libc::SYS_pselect6,
    libc::SYS_readlinkat,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_statfs,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_uname,
];

/// The older spellings of some of these, which only this machine has.
#[cfg(target_arch = "x86_64")]
const PLAYER_OLD: &[libc::c_long] = &[
    libc::SYS_access,
    libc::SYS_arch_prctl,
    libc::SYS_dup2,
    libc::SYS_getdents,
    libc::SYS_lstat,
    libc::SYS_open,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_select,
    libc::SYS_stat,
];
#[cfg(not(target_arch = "x86_64"))]
const PLAYER_OLD: &[libc::c_long] = &[];

/// What a decoder is told "no" for, so that the walls can be tried and a library that probes for
/// something lives on. Whatever else it calls ends it.
const REFUSED: &[libc::c_long] = &[
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_execve,
    libc::SYS_fcntl,
    libc::SYS_ioctl,
    libc::SYS_openat,
    libc::SYS_prlimit64,
    libc::SYS_readlinkat,
    libc::SYS_sched_getaffinity,
    libc::SYS_socket,
    libc::SYS_statx,
];
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[libc::c_long] = &[
    libc::SYS_fork,
    libc::SYS_open,
    libc::SYS_readlink,
    libc::SYS_stat,
    libc::SYS_vfork,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[libc::c_long] = &[];

/// The filters could not be made or set.
pub(crate) struct NoFilter;

impl From<seccompiler::Error> for NoFilter {
    fn from(_: seccompiler::Error) -> Self {
        Self
    }
}

impl From<seccompiler::BackendError> for NoFilter {
    fn from(_: seccompiler::BackendError) -> Self {
        Self
    }
}

/// Sets the filters on every thread, the milder first: the other lets no more be set. Where two say
/// different things, the stricter holds.
pub(crate) fn restrict(inside: &Inside<'_>) -> Result<(), NoFilter> {
    let filters = match inside {
        Inside::Decoder => decoder()?,
        Inside::Player { .. } => player()?,
    };
    for filter in &filters {
        seccompiler::apply_filter_all_threads(filter)?;
    }
    Ok(())
}

fn decoder() -> Result<[BpfProgram; 2], NoFilter> {
    let refused = [REFUSED, REFUSED_OLD].concat();
    let mut known = named(&[DECODER, &refused]);
    for mapping in [libc::SYS_mmap, libc::SYS_mprotect] {
        known.insert(mapping, vec![without_bits(2, libc::PROT_EXEC)?]);
    }
    // A process that aborts signals itself.
    let own = u64::from(std::process::id());
    let to_itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
    known.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![to_itself])?]);
    Ok([
        refusing(&refused, libc::EPERM)?,
        program(known, SeccompAction::KillProcess, SeccompAction::Allow)?,
    ])
}

fn player() -> Result<[BpfProgram; 2], NoFilter> {
    let mut known = named(&[DECODER, PLAYER, PLAYER_OLD]);
    // Threads, and no processes. What asks in the newer way, whose flags no filter can see, is told
    // that there is no such call, and asks in the older.
    let thread = libc::CLONE_THREAD.unsigned_abs().into();
    let masked = SeccompCmpOp::MaskedEq(thread);
    let flags = SeccompCondition::new(0, SeccompCmpArgLen::Qword, masked, thread)?;
    known.insert(libc::SYS_clone, vec![SeccompRule::new(vec![flags])?]);
    known.insert(libc::SYS_clone3, Vec::new());
    let own = u64::from(std::process::id());
    let to_itself = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, own)?;
    known.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![to_itself])?]);
    let no = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    Ok([
        refusing(&[libc::SYS_clone3], libc::ENOSYS)?,
        program(known, no, SeccompAction::Allow)?,
    ])
}

fn named(lists: &[&[libc::c_long]]) -> BTreeMap<i64, Vec<SeccompRule>> {
    let calls = lists.iter().flat_map(|list| list.iter());
    calls.map(|call| (*call, Vec::new())).collect()
}

fn refusing(calls: &[libc::c_long], errno: i32) -> Result<BpfProgram, NoFilter> {
    let no = SeccompAction::Errno(errno.unsigned_abs());
    program(named(&[calls]), SeccompAction::Allow, no)
}

/// A rule that holds where an argument has none of these bits.
fn without_bits(argument: u8, bits: i32) -> Result<SeccompRule, NoFilter> {
    let masked = SeccompCmpOp::MaskedEq(bits.unsigned_abs().into());
    let none = SeccompCondition::new(argument, SeccompCmpArgLen::Qword, masked, 0)?;
    Ok(SeccompRule::new(vec![none])?)
}

fn program(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> Result<BpfProgram, NoFilter> {
    let architecture = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(rules, otherwise, matched, architecture)?;
    Ok(filter.try_into()?)
}
