//! The grammar of `callgrind.out`, as valgrind's manual gives it in "Callgrind Format Specification".
//!
//! A file is text of bounded lines: `key: value` headers, name specifications (`fn=(id) name`, later `fn=(id)`),
//! cost lines (positions, then one number an event, missing ones are zero) and `calls=` lines, each followed by the
//! inclusive cost of those calls. Positions may be relative to the line before. Any text gives a profile or an error
//! with its line number, never a panic.

use std::collections::HashMap;

use super::profile::{Call, Cost, Function, Profile, SelfCost};

/// Read a profile that was made with `--collect-bus=yes --collect-systime=yes`. The error names line and field.
pub fn parse(text: &str) -> Result<Profile, String> {
    let mut parser = Parser::default();
    for (index, line) in text.lines().enumerate() {
        parser.line(line.trim()).map_err(|why| format!("line {}: {why}", index + 1))?;
    }
    parser.finish()
}

#[derive(Default)]
struct Parser {
    profile: Profile,
    function_index: HashMap<Function, usize>,
    objects: Names,
    functions: Names,
    columns: Option<Columns>,
    /// Whether lines have an address, a line number, or both.
    positions: Positions,
    object: String,
    function: Option<usize>,
    called_object: Option<String>,
    called_function: Option<String>,
    /// A `calls=` line that waits for its cost line.
    pending: Option<PendingCall>,
    /// A jump that waits for its position line, which has no cost.
    skip_next: bool,
    ended: bool,
}

/// Where the events stand in a cost line.
struct Columns {
    count: usize,
    instructions: usize,
    locked: usize,
    system_calls: usize,
}

/// The positions of a cost line, and where the last one was.
#[derive(Default)]
struct Positions {
    instruction: bool,
    line: bool,
    address: u64,
}

struct PendingCall {
    callee: usize,
    count: u64,
    target: Option<u64>,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '*')) {
            return self.cost_line(line);
        }
        if self.pending.is_some() {
            return Err(format!("a cost was to follow calls=, found {line:?}"));
        }
        // A name may contain a colon, a header's key never contains an equals sign.
        let header = line.split_once(':').filter(|(key, _)| !key.contains('='));
        match (header, line.split_once('=')) {
            (Some((key, value)), _) => self.header(key, value.trim()),
            (None, Some((key, value))) => self.specification(key, value.trim()),
            (None, None) => Err(format!("neither header, specification nor cost: {line:?}")),
        }
    }

    fn header(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "events" => self.columns = Some(Columns::read(value)?),
            "positions" => {
                self.positions.instruction = value.split_whitespace().any(|word| word == "instr");
                self.positions.line = value.split_whitespace().any(|word| word == "line");
            }
            "totals" => {
                let columns = self.columns.as_ref().ok_or("totals before the events: header")?;
                self.profile.declared_instructions = columns.cost(value.split_whitespace())?.instructions;
                self.ended = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn specification(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "ob" => self.object = self.objects.resolve(value)?,
            "fn" => {
                let name = self.functions.resolve(value)?;
                self.function = Some(self.function_at(self.object.clone(), name));
            }
            "cob" => self.called_object = Some(self.objects.resolve(value)?),
            "cfn" => self.called_function = Some(self.functions.resolve(value)?),
            "calls" => self.calls(value)?,
            "jump" | "jcnd" => self.skip_next = true,
            "fl" | "fi" | "fe" | "cfi" | "cfl" => {}
            other => return Err(format!("{other}= is not a specification of this format")),
        }
        Ok(())
    }

    fn calls(&mut self, value: &str) -> Result<(), String> {
        let object = self.called_object.take().unwrap_or_else(|| self.object.clone());
        let name = self.called_function.take().ok_or("calls= without a cfn= before it")?;
        let mut words = value.split_whitespace();
        let count = number(words.next().unwrap_or(""), "the number of calls")?;
        let target = match self.positions.instruction {
            true => Some(self.positions.resolve(words.next().ok_or("calls= has no target address")?)?),
            false => None,
        };
        self.pending = Some(PendingCall { callee: self.function_at(object, name), count, target });
        Ok(())
    }

    fn cost_line(&mut self, line: &str) -> Result<(), String> {
        let mut words = line.split_whitespace();
        let address = self.positions.take(&mut words)?;
        if std::mem::take(&mut self.skip_next) {
            return Ok(());
        }
        let columns = self.columns.as_ref().ok_or("a cost before the events: header")?;
        let cost = columns.cost(words)?;
        let function = self.function.ok_or("a cost before any fn=")?;
        match self.pending.take() {
            Some(PendingCall { callee, count, target }) => {
                self.profile.calls.push(Call { caller: function, callee, count, target, inclusive: cost });
            }
            None => self.profile.self_costs.push(SelfCost { function, address, cost }),
        }
        Ok(())
    }

    fn function_at(&mut self, object: String, name: String) -> usize {
        let next = self.profile.functions.len();
        let function = Function { object, name };
        let index = *self.function_index.entry(function.clone()).or_insert(next);
        if index == next {
            self.profile.functions.push(function);
        }
        index
    }

    fn finish(self) -> Result<Profile, String> {
        match (self.pending, self.columns, self.ended) {
            (Some(_), ..) => Err("the file ends after calls=, before its cost".to_owned()),
            (None, None, _) => Err("there is no events: header".to_owned()),
            (None, Some(_), false) => Err("the file ends without totals:, so it was cut short".to_owned()),
            (None, Some(_), true) => Ok(self.profile),
        }
    }
}

impl Columns {
    fn read(value: &str) -> Result<Self, String> {
        let names: Vec<&str> = value.split_whitespace().collect();
        let column = |wanted: &str| {
            names
                .iter()
                .position(|name| *name == wanted)
                .ok_or_else(|| format!("events: has no {wanted}, only {value}"))
        };
        Ok(Self {
            count: names.len(),
            instructions: column("Ir")?,
            locked: column("Ge")?,
            system_calls: column("sysCount")?,
        })
    }

    fn cost<'a>(&self, words: impl Iterator<Item = &'a str>) -> Result<Cost, String> {
        let mut cost = Cost::default();
        for (column, word) in words.enumerate() {
            if column >= self.count {
                return Err(format!("a cost has more than the {} numbers of events:", self.count));
            }
            let value = number(word, "a cost")?;
            match column {
                column if column == self.instructions => cost.instructions = value,
                column if column == self.locked => cost.locked = value,
                column if column == self.system_calls => cost.system_calls = value,
                _ => {}
            }
        }
        Ok(cost)
    }
}

impl Positions {
    /// Take the positions off the front of a line; the address is remembered for relative ones after it.
    fn take<'a>(&mut self, words: &mut impl Iterator<Item = &'a str>) -> Result<Option<u64>, String> {
        let mut address = None;
        if self.instruction {
            self.address = self.resolve(words.next().unwrap_or(""))?;
            address = Some(self.address);
        }
        if self.line || !self.instruction {
            words.next().ok_or("a cost line without a line number")?;
        }
        Ok(address)
    }

    /// An absolute address, or one relative to the last cost line's.
    fn resolve(&self, word: &str) -> Result<u64, String> {
        let resolved = match word.split_at_checked(1) {
            Some(("*", "")) => Some(self.address),
            Some(("+", offset)) => offset_of(offset).and_then(|offset| self.address.checked_add(offset)),
            Some(("-", offset)) => offset_of(offset).and_then(|offset| self.address.checked_sub(offset)),
            _ => offset_of(word),
        };
        resolved.ok_or_else(|| format!("{word:?} is not an address"))
    }
}

fn offset_of(word: &str) -> Option<u64> {
    match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}

fn number(word: &str, what: &str) -> Result<u64, String> {
    let parsed = match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => word.parse(),
    };
    parsed.map_err(|_| format!("{word:?} is not {what}"))
}

/// The names behind `(id)`, one table for objects and one for functions.
#[derive(Default)]
struct Names(HashMap<u64, String>);

impl Names {
    fn resolve(&mut self, value: &str) -> Result<String, String> {
        let Some((id, name)) = value.strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
            return Ok(value.to_owned());
        };
        let Ok(id) = id.parse() else {
            // A name such as `(below main)` that is not compressed.
            return Ok(value.to_owned());
        };
        match name.trim() {
            "" => self.0.get(&id).cloned().ok_or_else(|| format!("({id}) was never given a name")),
            name => {
                self.0.insert(id, name.to_owned());
                Ok(name.to_owned())
            }
        }
    }
}
