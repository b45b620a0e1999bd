//! Lanes in shared memory: the one file that turns a mapping into atomics.
//!
//! The memory is a memfd that is full-sized and sealed against every change of size before anyone maps it, so that no
//! access can fault; it has no name, and a child opens it through the parent's descriptor. Lanes that are not shared are
//! mapped too: memory that nobody has written to costs nothing then, and most of a journal is never written to.
#![expect(unsafe_code, reason = "a mapping is seen as a slice of atomics here, and nowhere else")]

use std::io;
use std::sync::atomic::AtomicU64;

use memmap2::MmapRaw;

use super::LaneError;

/// A mapping, seen as cells.
#[derive(Debug)]
pub(super) struct Mapped {
    map: MmapRaw,
    /// Kept open in the parent, for children open it through `/proc`. None where the memory is this process's own.
    _file: Option<std::fs::File>,
}

impl Mapped {
    /// Makes shared memory of `cells` cells, all zero, and the path by which a child opens it.
    #[cfg(target_os = "linux")]
    pub(super) fn create(cells: usize) -> Result<(Self, String), LaneError> {
        use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, ftruncate, memfd_create};
        use std::os::fd::AsRawFd;

        let failed = |what| move |e: rustix::io::Errno| LaneError::System { what, source: e.into() };
        // A limit of file sizes holds for memory too.
        crate::task::outlive_file_limits();
        let fd = memfd_create("poolscope-lanes", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)
            .map_err(failed("memfd_create"))?;
        ftruncate(&fd, (cells * 8) as u64).map_err(failed("ftruncate"))?;
        fcntl_add_seals(&fd, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)
            .map_err(failed("seal"))?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), fd.as_raw_fd());
        let file = std::fs::File::from(fd);
        let map = MmapRaw::map_raw(&file).map_err(|source| LaneError::System { what: "mmap", source })?;
        Ok((Self { map, _file: Some(file) }, path))
    }

    /// Elsewhere there is no memory that nobody can cut short under our feet.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn create(_cells: usize) -> Result<(Self, String), LaneError> {
        Err(LaneError::Unsupported)
    }

    /// Opens memory that a parent made, and refuses any of another size.
    pub(super) fn open(path: &str, cells: usize) -> Result<Self, LaneError> {
        let failed = |what| move |source: io::Error| LaneError::System { what, source };
        let file = std::fs::File::options().read(true).write(true).open(path).map_err(failed("open"))?;
        if file.metadata().map_err(failed("stat"))?.len() != (cells * 8) as u64 {
            return Err(LaneError::Foreign("its size differs"));
        }
        let map = MmapRaw::map_raw(&file).map_err(failed("mmap"))?;
        Ok(Self { map, _file: Some(file) })
    }

    /// Memory of this process's own, all zero.
    pub(super) fn private(cells: usize) -> io::Result<Self> {
        let map = memmap2::MmapOptions::new().len(cells * 8).map_anon()?;
        Ok(Self { map: map.into(), _file: None })
    }

    /// The memory as atomics.
    pub(super) fn cells(&self) -> &[AtomicU64] {
        #[expect(clippy::cast_ptr_alignment, reason = "a mapping begins at a page")]
        let cells = self.map.as_ptr().cast::<AtomicU64>();
        // SAFETY: the mapping is page-aligned, readable and writable, lives as long as `self`, and is `len` bytes long;
        // a file below it is sealed against shrinking. All access, here and in every other process, is through
        // atomics of the same size, for which any bit pattern is a value.
        unsafe { std::slice::from_raw_parts(cells, self.map.len() / 8) }
    }
}
