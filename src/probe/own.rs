//! What poolscope's own threads cost: screen, input, collector, probe and signals, the threads named `ps-…`.
//!
//! Each of them registers itself once, when it begins. To look through every thread of the process instead would mean a
//! thousand files a sample, just when a thousand workers run. Only Linux shows one thread's time to another; elsewhere the
//! cost reads as zero.

use crate::units::Nanos;

/// Counts the calling thread among poolscope's own until it ends. Calling it twice does no harm.
pub fn register_current_thread() {
    #[cfg(target_os = "linux")]
    books::register();
}

/// CPU time that poolscope's own threads have used so far, those that have ended included.
pub fn cpu_time() -> Nanos {
    #[cfg(target_os = "linux")]
    {
        books::cpu_time()
    }
    #[cfg(not(target_os = "linux"))]
    {
        Nanos::ZERO
    }
}

#[cfg(target_os = "linux")]
mod books {
    use std::cell::OnceCell;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use crate::clock;
    use crate::probe::files::{Files, Reread};
    use crate::probe::kernel;
    use crate::units::Nanos;

    static BOOKS: Mutex<Books> = Mutex::new(Books { threads: Vec::new(), next: 0, gone: Nanos::ZERO });

    struct Books {
        threads: Vec<(u64, Meter)>,
        next: u64,
        /// CPU time of the threads that have ended.
        gone: Nanos,
    }

    /// Where the time of a thread is read. The file stays open, and keeps meaning that thread when its number is reused.
    enum Meter {
        /// In nanoseconds.
        Schedstat(Reread),
        /// In ticks of 10 ms, for kernels without the former.
        Stat(Reread),
    }

    impl Meter {
        fn of_this_thread() -> Option<Self> {
            let files = Files::system();
            let schedstat = files.open("/proc/thread-self/schedstat").map(Self::Schedstat);
            schedstat.or_else(|| files.open("/proc/thread-self/stat").map(Self::Stat))
        }

        fn read(&mut self) -> Nanos {
            let whole = |text: &[u8]| text.ends_with(b"\n");
            let time = match self {
                Self::Schedstat(file) => kernel::schedstat_cpu(&file.text(whole)),
                Self::Stat(file) => kernel::stat_cpu(&file.text(whole)),
            };
            time.unwrap_or_default()
        }
    }

    thread_local! {
        static HERE: OnceCell<Registration> = const { OnceCell::new() };
    }

    /// Ends with its thread, whose time then moves to those that are gone.
    struct Registration(u64);

    impl Drop for Registration {
        fn drop(&mut self) {
            let mut books = books();
            books.threads.retain(|(id, _)| *id != self.0);
            books.gone += clock::thread_cpu();
        }
    }

    fn books() -> MutexGuard<'static, Books> {
        BOOKS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn register() {
        HERE.with(|here| {
            here.get_or_init(|| {
                let meter = Meter::of_this_thread();
                let mut books = books();
                let id = books.next;
                books.next += 1;
                // A thread that cannot be read still counts when it ends.
                books.threads.extend(meter.map(|meter| (id, meter)));
                Registration(id)
            });
        });
    }

    pub(super) fn cpu_time() -> Nanos {
        let mut books = books();
        let gone = books.gone;
        gone + books.threads.iter_mut().map(|(_, meter)| meter.read()).sum()
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::clock::thread_cpu;

    #[test]
    fn a_registered_thread_counts_while_it_lives_and_afterwards() {
        let before = cpu_time();
        let worked = std::thread::spawn(|| {
            register_current_thread();
            register_current_thread();
            let mut x = 0u64;
            while thread_cpu() < Nanos::from_millis(20) {
                x = std::hint::black_box(x.wrapping_mul(3) + 1);
            }
            // Schedulers bring the figure up to date at each tick of theirs only.
            cpu_time()
        });
        let living = worked.join().unwrap();
        assert!(living - before >= Nanos::from_millis(8), "{before} {living}");
        assert!(cpu_time() - before >= Nanos::from_millis(20));
    }
}
