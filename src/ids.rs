//! Names of things that are counted: tasks, worker slots, CPUs, runs. Each is its own type, so that none is taken for another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal) => {
        $(#[$doc])*
        #[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The number as an index into a slice.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "{}"), self.0))
            }
        }
    };
}

id!(
    /// The number of a task within its run, from 0. It alone, with the seed, decides what the task computes.
    TaskIndex(u32), "#"
);
id!(
    /// The number of a worker's slot within its run, from 0. A slot outlives the worker in it: a replacement takes the
    /// slot of the worker that died.
    SlotId(u16), "w"
);
id!(
    /// The operating system's number of a logical CPU, from 0. Numbers need not be contiguous.
    CpuId(u16), ""
);
id!(
    /// The number of a run within its comparison, from 0.
    RunId(u32), "run "
);
