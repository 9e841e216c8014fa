//! Packet AEAD and replay protection of Net.
