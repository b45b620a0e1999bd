//! The folder for files that do not last, and what it has.

use crate::plan::storage::Storage;
#[cfg(unix)]
use crate::units::Bytes;

/// The folder that the system names for such files (`TMPDIR`); none where the system tells nothing of folders.
///
/// # Errors
/// Where it cannot be looked at: mostly because it is not there. The words name it.
pub fn storage() -> Result<Option<Storage>, String> {
    #[cfg(unix)]
    {
        let folder = std::env::temp_dir();
        let system =
            rustix::fs::statvfs(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let available = Bytes(system.f_bavail.saturating_mul(system.f_frsize));
        Ok(Some(Storage { in_memory: is_in_memory(&folder), folder, available }))
    }
    #[cfg(not(unix))]
    {
        Ok(None)
    }
}

/// Whether a folder is on a tmpfs or a ramfs.
#[cfg(target_os = "linux")]
fn is_in_memory(folder: &std::path::Path) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    const RAMFS: u64 = 0x8584_58f6;
    // The field's type differs between architectures.
    rustix::fs::statfs(folder).is_ok_and(|system| matches!(system.f_type as u64, TMPFS | RAMFS))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_in_memory(_: &std::path::Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    #[test]
    fn memory_is_told_from_a_disk() {
        assert!(super::is_in_memory(std::path::Path::new("/dev/shm")));
        assert!(!super::is_in_memory(std::path::Path::new("/proc")));
        assert!(super::storage().unwrap().is_some_and(|storage| storage.folder.is_absolute()));
    }
}
