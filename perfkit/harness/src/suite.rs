//! The table of workloads: plain constants, one monomorphised function pointer per instrument.

use crate::{
    count::Count, latency::Latency, round::Round, scaling::Scaling, startup::Startup, time::CpuAndWall,
};

/// One row of a suite: a workload at one size.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Workload {
    /// `group/function[/parameter]`, unique in a workspace and the same for all instruments.
    pub id: &'static str,
    /// The parameter handed to the workload function; usually bytes or elements.
    pub size: u64,
    /// Bytes that one operation processes; 0 where throughput in bytes means nothing.
    pub bytes: u64,
    /// Elements that one operation processes.
    pub elements: u64,
    /// Rises when the meaning of the workload changes; older numbers are then not comparable.
    pub revision: u32,
    /// The workload that is the physical limit of this one.
    pub floor: Option<Floor>,
    /// Threads that work at once. Above 1 the workload is timed only: the counting region sees one thread.
    pub threads: u32,
    /// Whether the workload is judged by medians (contended or blocking work) instead of minima.
    pub contended: bool,
    /// Whether one operation allocates nothing, by declaration: `perfkit lint` holds it to that.
    pub allocation_free: bool,
    /// Whether the input's key is hashed or routed, so that the inputs must differ: `perfkit lint` looks at what the
    /// workload hands to [`Meter::input_keys`](crate::Meter::input_keys).
    pub keyed: bool,
    /// Operations per counted run; the second counted run takes twice as many.
    pub counted_operations: u64,
    /// The time instrument.
    pub time: fn(&mut criterion::Bencher<'_, CpuAndWall>, u64),
    /// The counting instruments.
    pub count: fn(&mut Count, u64),
    /// One round of an interleaved comparison.
    pub round: fn(&mut Round, u64),
    /// Whether the scaling instrument runs it on several threads at once.
    pub scales: bool,
    /// The scaling instrument, on each thread.
    pub scaling: fn(&mut Scaling, u64),
    /// Operations per second on the schedule of the latency instrument; 0 where latency is not measured.
    pub latency_rate: u64,
    /// The latency instrument.
    pub latency: fn(&mut Latency, u64),
    /// What the row is; the functions above are those of an operation.
    pub kind: Kind,
}

/// What a row of a suite measures.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Kind {
    /// An operation, done again and again.
    Operation,
    /// A process from its start to ready.
    Startup(fn(&mut Startup)),
    /// A type of so many bytes.
    StructBytes(usize),
}

/// A floor, named by the id prefix and the parameter of the workload that is the limit.
#[derive(Debug, Clone, Copy)]
pub struct Floor {
    /// The floor's id up to its parameter.
    pub prefix: &'static str,
    /// The floor's parameter; `None` where its id has none.
    pub size: Option<u64>,
}

impl Floor {
    /// The floor's whole id.
    pub fn id(&self) -> String {
        match self.size {
            Some(size) => format!("{}/{size}", self.prefix),
            None => self.prefix.to_owned(),
        }
    }
}

impl Workload {
    /// A row with one element, no byte throughput, revision 1, one thread and 100 counted operations.
    pub const fn new(
        id: &'static str,
        size: u64,
        time: fn(&mut criterion::Bencher<'_, CpuAndWall>, u64),
        count: fn(&mut Count, u64),
        round: fn(&mut Round, u64),
        scaling: fn(&mut Scaling, u64),
        latency: fn(&mut Latency, u64),
    ) -> Self {
        Self {
            id,
            size,
            bytes: 0,
            elements: 1,
            revision: 1,
            floor: None,
            threads: 1,
            contended: false,
            allocation_free: false,
            keyed: false,
            counted_operations: 100,
            time,
            count,
            round,
            scales: false,
            scaling,
            latency_rate: 0,
            latency,
            kind: Kind::Operation,
        }
    }

    /// A row for a process that starts: `start` returns when it is ready.
    pub const fn startup(id: &'static str, start: fn(&mut Startup)) -> Self {
        Self { kind: Kind::Startup(start), ..Self::without_operation(id) }
    }

    /// A row for the size of a type.
    pub const fn struct_bytes(id: &'static str, bytes: usize) -> Self {
        Self { kind: Kind::StructBytes(bytes), ..Self::without_operation(id) }
    }

    /// A row whose kind is not an operation: nobody calls its functions.
    const fn without_operation(id: &'static str) -> Self {
        Self::new(id, 0, |_, _| {}, |_, _| {}, |_, _| {}, |_, _| {}, |_, _| {})
    }

    /// One operation processes this many bytes.
    pub const fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// One operation processes this many elements.
    pub const fn elements(mut self, elements: u64) -> Self {
        self.elements = elements;
        self
    }

    /// The meaning of the workload has changed this often, counted from 1.
    pub const fn revision(mut self, revision: u32) -> Self {
        self.revision = revision;
        self
    }

    /// `prefix/size` is the physical limit of this workload.
    pub const fn floor(mut self, prefix: &'static str, size: u64) -> Self {
        self.floor = Some(Floor { prefix, size: Some(size) });
        self
    }

    /// The parameterless workload `id` is the physical limit of this one.
    pub const fn floor_of(mut self, id: &'static str) -> Self {
        self.floor = Some(Floor { prefix: id, size: None });
        self
    }

    /// This many threads work at once; the workload is contended and timed only.
    ///
    /// # Panics
    ///
    /// When it is compiled, if the row scales: the scaling instrument makes the threads itself.
    pub const fn threads(mut self, threads: u32) -> Self {
        assert!(!self.scales, "a workload that makes threads of its own does not scale by more of them");
        self.threads = threads;
        self.contended = true;
        self
    }

    /// Judge by medians: the workload blocks or contends.
    pub const fn contended(mut self) -> Self {
        self.contended = true;
        self
    }

    /// One operation allocates nothing.
    pub const fn allocation_free(mut self) -> Self {
        self.allocation_free = true;
        self
    }

    /// The input's key is hashed or routed.
    pub const fn keyed(mut self) -> Self {
        self.keyed = true;
        self
    }

    /// Count over this many operations, and over twice as many.
    pub const fn counted_operations(mut self, operations: u64) -> Self {
        self.counted_operations = operations;
        self
    }

    /// Run it on 1, 2, 4 and 8 threads at once, as far as there are cores, and tell the rate of all together. Every
    /// thread calls the workload function for itself; what they are to share it asks [`Meter::shared`] for.
    ///
    /// # Panics
    ///
    /// When it is compiled, if the workload makes threads of its own.
    ///
    /// [`Meter::shared`]: crate::Meter::shared
    pub const fn scales(mut self) -> Self {
        assert!(self.threads == 1, "a workload that makes threads of its own does not scale by more of them");
        self.scales = true;
        self
    }

    /// Tell the percentiles of its latency when so many operations a second are meant to start. Each is timed from its
    /// intended start, so that one that stalls is in the latency of all that wait behind it. Choose a rate that leaves
    /// the workload idle half of the time, then one near what it is built for; a name of its own for each.
    ///
    /// ```
    /// use perfkit_harness::{Meter, ensure, suite};
    ///
    /// /// Sort a thousand numbers.
    /// fn sort(meter: &mut impl Meter, size: u64) {
    ///     let numbers: Vec<u64> = (0..size).rev().collect();
    ///     meter.measure(
    ///         || { let mut sorted = numbers.clone(); sorted.sort_unstable(); sorted },
    ///         |sorted| ensure!(sorted.is_sorted(), "{:?} comes first", sorted.first()),
    ///     );
    /// }
    ///
    /// suite!(pub SUITE:
    ///     "sort/half_busy" / size in [1000] => sort, latency(50_000);
    ///     "sort/busy" / size in [1000] => sort, latency(90_000);
    /// );
    /// assert_eq!(SUITE[1].latency_rate, 90_000);
    /// ```
    ///
    /// # Panics
    ///
    /// When it is compiled, if the rate is 0.
    pub const fn latency(mut self, rate_per_second: u64) -> Self {
        assert!(rate_per_second > 0, "a schedule has at least one operation a second");
        self.latency_rate = rate_per_second;
        self
    }

    /// Whether the row is an operation, which time, counts, scaling and latency are of.
    pub const fn is_operation(&self) -> bool {
        matches!(self.kind, Kind::Operation)
    }

    /// Whether the counting instruments apply: they see one thread only.
    pub const fn counted(&self) -> bool {
        self.is_operation() && self.threads == 1
    }
}

/// Fill a table of [`Workload`]s.
///
/// `"id" => function;` is a row without parameter, `"id" / n in [1, 2] => function;` a row per size with the id
/// `id/1`, `id/2`. Options follow behind commas and are the methods of [`Workload`], with `n` in scope:
/// `"seal" / n in [64, 256] => seal, bytes(n), floor("raw", n + 4);`
///
/// Two forms of rows are no operations. `"id" => struct_bytes(Type);` is the size of a type. `"id" => startup(function);`
/// is a process from its start to ready: perfkit runs the function once in each of many fresh processes. It returns when
/// it is ready, or says why it is not, and what it returns lives until the moment was taken:
///
/// ```
/// use std::collections::HashMap;
/// use perfkit_harness::{ensure, suite};
///
/// struct Session { key: [u8; 32], counter: u64 }
///
/// /// Ready when the table can be asked.
/// fn table() -> Result<HashMap<u64, u64>, String> {
///     let table: HashMap<u64, u64> = (0..1000).map(|key| (key, key * key)).collect();
///     ensure!(table.len() == 1000, "{} of 1000 entries", table.len())?;
///     Ok(table)
/// }
///
/// suite!(pub SUITE:
///     "session/bytes" => struct_bytes(Session);
///     "table/ready" => startup(table), revision(2);
/// );
/// assert!(!SUITE[0].is_operation());
/// ```
#[macro_export]
macro_rules! suite {
    (@row $id:expr, $size:expr, $function:path) => {
        $crate::Workload::new(
            $id,
            $size,
            |bencher: &mut $crate::Bencher<'_, $crate::CpuAndWall>, size| $function(&mut $crate::Time::new(bencher), size),
            |count: &mut $crate::Count, size| $function(count, size),
            |round: &mut $crate::Round, size| $function(round, size),
            |scaling: &mut $crate::Scaling, size| $function(scaling, size),
            |latency: &mut $crate::Latency, size| $function(latency, size),
        )
    };
    (@rows [$($done:expr,)*] $id:literal / $n:ident in [$($size:literal),+ $(,)?] => $function:path $(, $option:ident($($argument:expr),*))* ; $($rest:tt)*) => {
        $crate::suite!(@sizes [$($done,)*] $id $n [$($size)+] $function [$($option($($argument),*))*] $($rest)*)
    };
    (@rows [$($done:expr,)*] $id:literal => struct_bytes($type:ty) $(, $option:ident($($argument:expr),*))* ; $($rest:tt)*) => {
        $crate::suite!(@rows [$($done,)* $crate::Workload::struct_bytes($id, ::core::mem::size_of::<$type>())$(.$option($($argument),*))*,] $($rest)*)
    };
    (@rows [$($done:expr,)*] $id:literal => startup($function:path) $(, $option:ident($($argument:expr),*))* ; $($rest:tt)*) => {
        $crate::suite!(@rows [$($done,)* $crate::Workload::startup($id, |startup: &mut $crate::Startup| startup.measure($function))$(.$option($($argument),*))*,] $($rest)*)
    };
    (@rows [$($done:expr,)*] $id:literal => $function:path $(, $option:ident($($argument:expr),*))* ; $($rest:tt)*) => {
        $crate::suite!(@rows [$($done,)* $crate::suite!(@row $id, 0, $function)$(.$option($($argument),*))*,] $($rest)*)
    };
    (@rows [$($done:expr,)*]) => { &[$($done,)*] };
    (@sizes [$($done:expr,)*] $id:literal $n:ident [$size:literal $($sizes:literal)*] $function:path [$($options:tt)*] $($rest:tt)*) => {
        $crate::suite!(@sizes [$($done,)* {
            #[allow(unused_variables)]
            let $n: u64 = $size;
            $crate::suite!(@options $crate::suite!(@row concat!($id, "/", $size), $size, $function), $($options)*)
        },] $id $n [$($sizes)*] $function [$($options)*] $($rest)*)
    };
    (@sizes [$($done:expr,)*] $id:literal $n:ident [] $function:path [$($options:tt)*] $($rest:tt)*) => {
        $crate::suite!(@rows [$($done,)*] $($rest)*)
    };
    (@options $row:expr, $($option:ident($($argument:expr),*))*) => { $row$(.$option($($argument),*))* };
    ($visibility:vis $name:ident: $($rest:tt)*) => {
        #[allow(missing_docs)]
        $visibility const $name: &[$crate::Workload] = $crate::suite!(@rows [] $($rest)*);
    };
}
