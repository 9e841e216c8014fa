//! The Net substrate: one crate to add, a feature per subsystem.
