//! The table of workloads: plain constants, one monomorphised function pointer per instrument.

use crate::{count::Count, round::Round, time::CpuAndWall};

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
    /// Operations per counted run; the second counted run takes twice as many.
    pub counted_operations: u64,
    /// The time instrument.
    pub time: fn(&mut criterion::Bencher<'_, CpuAndWall>, u64),
    /// The counting instruments.
    pub count: fn(&mut Count, u64),
    /// One round of an interleaved comparison.
    pub round: fn(&mut Round, u64),
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
            counted_operations: 100,
            time,
            count,
            round,
        }
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
    pub const fn threads(mut self, threads: u32) -> Self {
        self.threads = threads;
        self.contended = true;
        self
    }

    /// Judge by medians: the workload blocks or contends.
    pub const fn contended(mut self) -> Self {
        self.contended = true;
        self
    }

    /// Count over this many operations, and over twice as many.
    pub const fn counted_operations(mut self, operations: u64) -> Self {
        self.counted_operations = operations;
        self
    }

    /// Whether the counting instruments apply: they see one thread only.
    pub const fn counted(&self) -> bool {
        self.threads == 1
    }
}

/// Fill a table of [`Workload`]s.
///
/// `"id" => function;` is a row without parameter, `"id" / n in [1, 2] => function;` a row per size with the id
/// `id/1`, `id/2`. Options follow behind commas and are the methods of [`Workload`], with `n` in scope:
/// `"seal" / n in [64, 256] => seal, bytes(n), floor("raw", n + 4);`
#[macro_export]
macro_rules! suite {
    (@row $id:expr, $size:expr, $function:path) => {
        $crate::Workload::new(
            $id,
            $size,
            |bencher: &mut $crate::Bencher<'_, $crate::CpuAndWall>, size| $function(&mut $crate::Time::new(bencher), size),
            |count: &mut $crate::Count, size| $function(count, size),
            |round: &mut $crate::Round, size| $function(round, size),
        )
    };
    (@rows [$($done:expr,)*] $id:literal / $n:ident in [$($size:literal),+ $(,)?] => $function:path $(, $option:ident($($argument:expr),*))* ; $($rest:tt)*) => {
        $crate::suite!(@sizes [$($done,)*] $id $n [$($size)+] $function [$($option($($argument),*))*] $($rest)*)
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
