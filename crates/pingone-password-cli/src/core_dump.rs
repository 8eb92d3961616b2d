//! Core dumps, which would hold the secrets of the process.

/// Turns core dumps of this process off, where the system has such a limit.
pub(crate) fn disable() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};

        // A limit may always be lowered. Where it can't be, the administrator's holds.
        _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
}
