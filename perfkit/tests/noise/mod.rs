//! Made-up rounds: known changes under known noise, the same on every machine.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;

use perfkit::{
    format::{Arm, ArmRound, Round, Rounds, rounds::ROUNDS_SCHEMA},
    statistics::random::SplitMix64,
};

/// What disturbs a round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// A bell curve with this standard deviation.
    Quiet(f64),
    /// Mostly little, sometimes a multiple.
    Heavy,
    /// This share of the processes is 5 % slower.
    Bimodal(f64),
    /// A common walk of both sides.
    Drift,
    /// Anything between nothing and twice the time.
    Neighbour,
}

/// A recording to be made up. Times are around 1000 ns.
#[derive(Debug, Clone)]
pub struct Recording {
    id: String,
    rounds: usize,
    noise: Noise,
    wall_noise: Option<Noise>,
    contended: bool,
    cpu: bool,
    waited: Option<f64>,
    b_factor: f64,
    b_wall_factor: Option<f64>,
    b_median_factor: f64,
}

impl Recording {
    /// The same program twice on a quiet machine.
    pub fn new(id: &str, rounds: usize) -> Self {
        Self {
            id: id.to_owned(),
            rounds,
            noise: Noise::Quiet(0.002),
            wall_noise: None,
            contended: false,
            cpu: true,
            waited: None,
            b_factor: 1.0,
            b_wall_factor: None,
            b_median_factor: 1.0,
        }
    }

    pub fn noise(mut self, noise: Noise) -> Self {
        self.noise = noise;
        self
    }

    /// Noise of wall times alone.
    pub fn wall(mut self, noise: Noise) -> Self {
        self.wall_noise = Some(noise);
        self
    }

    pub fn contended(mut self) -> Self {
        self.contended = true;
        self
    }

    pub fn without_cpu(mut self) -> Self {
        self.cpu = false;
        self
    }

    pub fn waited(mut self, share: f64) -> Self {
        self.waited = Some(share);
        self
    }

    /// The new side takes this many times as long.
    pub fn b_slower(mut self, factor: f64) -> Self {
        self.b_factor = factor;
        self
    }

    /// By the wall clock the new side takes this many times as long.
    pub fn b_wall_slower(mut self, factor: f64) -> Self {
        self.b_wall_factor = Some(factor);
        self
    }

    /// The medians of the new side, and not its minima, are this many times as long.
    pub fn b_median_slower(mut self, factor: f64) -> Self {
        self.b_median_factor = factor;
        self
    }

    /// Make it up; the same id gives the same rounds, and a longer recording begins with the shorter one.
    pub fn rounds(&self) -> Rounds {
        let mut random = SplitMix64::named(&self.id);
        let mut drift = 0.0;
        let rounds = (0..self.rounds)
            .map(|index| {
                drift += 0.01 * bell(&mut random);
                let common = if self.noise == Noise::Drift { drift } else { 0.0 };
                Round {
                    first: if index % 2 == 0 { Arm::A } else { Arm::B },
                    a: self.arm(&mut random, common, 1.0, 1.0, 1.0),
                    b: self.arm(
                        &mut random,
                        common,
                        self.b_factor,
                        self.b_wall_factor.unwrap_or(self.b_factor),
                        self.b_median_factor,
                    ),
                }
            })
            .collect();
        Rounds {
            schema: ROUNDS_SCHEMA.to_owned(),
            id: self.id.clone(),
            contended: self.contended,
            rounds,
            extra: BTreeMap::new(),
        }
    }

    fn arm(&self, random: &mut SplitMix64, common: f64, cpu: f64, wall: f64, median: f64) -> ArmRound {
        let disturbance = disturbed(self.noise, random);
        let wall_disturbance = self.wall_noise.map_or(disturbance, |noise| disturbed(noise, random));
        let cpu_ns = 1000.0 * cpu * (1.0 + common + disturbance);
        let wall_ns = 1001.0 * wall * (1.0 + common + wall_disturbance);
        ArmRound {
            wall_ns_min: wall_ns,
            wall_ns_median: 1.01 * median * wall_ns,
            cpu_ns_min: self.cpu.then_some(cpu_ns),
            cpu_ns_median: self.cpu.then_some(1.01 * median * cpu_ns),
            waited: self.waited,
        }
    }
}

/// What noise adds to one round, as a fraction.
fn disturbed(noise: Noise, random: &mut SplitMix64) -> f64 {
    let uniform = |random: &mut SplitMix64| random.next_u64() as f64 / u64::MAX as f64;
    match noise {
        Noise::Quiet(deviation) => deviation * bell(random),
        Noise::Heavy => (0.003 / uniform(random).max(1e-3)).min(3.0),
        Noise::Bimodal(share) => 0.001 * bell(random) + if uniform(random) < share { 0.05 } else { 0.0 },
        Noise::Drift => 0.003 * bell(random),
        Noise::Neighbour => uniform(random),
    }
}

/// Nearly a standard normal number: twelve uniform ones (Irwin and Hall).
fn bell(random: &mut SplitMix64) -> f64 {
    (0..12).map(|_| random.next_u64() as f64 / u64::MAX as f64).sum::<f64>() - 6.0
}
