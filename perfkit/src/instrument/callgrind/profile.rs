//! A callgrind profile as a call graph with costs.

use std::ops::{Add, AddAssign};

/// What a stretch of the program cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Instructions read (`Ir`).
    pub instructions: u64,
    /// Locked read-modify-writes (`Ge`, callgrind's global bus events).
    pub locked: u64,
    /// System calls (`sysCount`). Callgrind counts them with collection switched off too, so only the inclusive cost
    /// of a function says how many belong to it.
    pub system_calls: u64,
}

impl Add for Cost {
    type Output = Self;

    /// Saturating: a profile comes from outside.
    fn add(self, other: Self) -> Self {
        Self {
            instructions: self.instructions.saturating_add(other.instructions),
            locked: self.locked.saturating_add(other.locked),
            system_calls: self.system_calls.saturating_add(other.system_calls),
        }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Cost {
    fn sum<I: Iterator<Item = Self>>(costs: I) -> Self {
        costs.fold(Self::default(), Add::add)
    }
}

/// A function in the object that holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function {
    /// The executable or library.
    pub object: String,
    /// The demangled name; a bare address where the object has no sized symbol there.
    pub name: String,
}

/// Cost of a function's own instructions at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfCost {
    /// Index into [`Profile::functions`].
    pub function: usize,
    /// The instruction's address in its object; `None` in a profile without instructions.
    pub address: Option<u64>,
    /// The cost.
    pub cost: Cost,
}

/// All calls from one place to one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Index of the caller in [`Profile::functions`].
    pub caller: usize,
    /// Index of the called function.
    pub callee: usize,
    /// How often.
    pub count: u64,
    /// Where the called function starts in its object; `None` in a profile without instructions.
    pub target: Option<u64>,
    /// Cost of the called function and everything below it.
    pub inclusive: Cost,
}

/// A whole profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Every function named.
    pub functions: Vec<Function>,
    /// Own costs, as they stand in the file.
    pub self_costs: Vec<SelfCost>,
    /// Calls, as they stand in the file.
    pub calls: Vec<Call>,
    /// The sum of all own instructions, as callgrind gives it at the file's end.
    pub declared_instructions: u64,
}

impl Profile {
    /// The function with this index; indices in a profile are always valid.
    pub fn function(&self, index: usize) -> &Function {
        &self.functions[index]
    }

    /// Inclusive cost of, and number of, calls that enter functions picked by `inside` from functions that are not.
    pub fn entered(&self, inside: impl Fn(&str) -> bool) -> (u64, Cost) {
        let picked: Vec<bool> = self.functions.iter().map(|function| inside(&function.name)).collect();
        let entering = self.calls.iter().filter(|call| picked[call.callee] && !picked[call.caller]);
        entering.fold((0, Cost::default()), |(count, cost), call| {
            (u64::saturating_add(count, call.count), cost + call.inclusive)
        })
    }

    /// The cost of all own instructions.
    pub fn total(&self) -> Cost {
        self.self_costs.iter().map(|line| line.cost).sum()
    }
}
