//! Which build a worker program is, so that a parent does not talk to a child of another one.

use std::path::Path;
use std::time::UNIX_EPOCH;

/// The version of this code, and the length and the age of the program's file: the parent looks at the file that it
/// starts, the child at the file that it was started from. A program that was replaced in between, or a wrapper that
/// starts another one, differs.
pub(in crate::exec) fn of(program: &Path) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match std::fs::metadata(program) {
        Ok(file) => {
            let changed = file.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            format!("{version} {} {}", file.len(), changed.unwrap_or_default().as_nanos())
        }
        // There is no such program, which its start will say better.
        Err(_) => version.to_owned(),
    }
}

/// The build of the program that runs now.
pub(in crate::exec) fn own() -> String {
    #[cfg(target_os = "linux")]
    {
        // Leads to the file itself, even if its name is gone.
        of(Path::new("/proc/self/exe"))
    }
    #[cfg(not(target_os = "linux"))]
    {
        std::env::current_exe().map_or_else(|_| of(Path::new("")), |path| of(&path))
    }
}
