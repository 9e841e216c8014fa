//! Subprotocol ids: who handles the events of a packet. Relays carry every id.

/// Plain events.
pub const EVENTS: u16 = 0x0000;
/// Causal events.
pub const CAUSAL: u16 = 0x0400;
/// State snapshots.
pub const SNAPSHOT: u16 = 0x0401;
/// Daemon migration.
pub const MIGRATION: u16 = 0x0500;
/// Manifest negotiation: a codec, sent by nobody.
pub const NEGOTIATION: u16 = 0x0600;
/// Continuity.
pub const CONTINUITY: u16 = 0x0700;
/// Fork announcements.
pub const FORK_ANNOUNCE: u16 = 0x0701;
/// Continuity proofs.
pub const CONTINUITY_PROOF: u16 = 0x0702;
/// Partitions.
pub const PARTITION: u16 = 0x0800;
/// Reconciliation.
pub const RECONCILE: u16 = 0x0801;
/// Replica groups, reserved.
pub const REPLICA_GROUP: u16 = 0x0900;
/// Channel membership.
pub const CHANNEL_MEMBERSHIP: u16 = 0x0A00;
/// Credit grants: [`StreamWindow`](crate::StreamWindow).
pub const STREAM_WINDOW: u16 = 0x0B00;
/// Missing packets: [`StreamNack`](crate::StreamNack).
pub const STREAM_NACK: u16 = 0x0B01;
/// Stream resets: [`StreamReset`](crate::StreamReset).
pub const STREAM_RESET: u16 = 0x0B02;
/// Capability announcements.
pub const CAPABILITY_ANNOUNCEMENT: u16 = 0x0C00;
/// Reflex: [`Reflex`](crate::Reflex).
pub const REFLEX: u16 = 0x0D00;
/// Rendezvous: [`Rendezvous`](crate::Rendezvous).
pub const RENDEZVOUS: u16 = 0x0D01;
/// Log replication.
pub const LOG_REPLICATION: u16 = 0x0E00;
/// Federated queries.
pub const MESHDB: u16 = 0x0F00;
/// Signed fold announcements.
pub const FOLD: u16 = 0x1000;
/// Blob transfer control.
pub const BLOB_TRANSFER: u16 = 0x1100;

/// First id for experiments; those of vendors lie below, down to 0x1000, by convention.
pub const EXPERIMENTAL_START: u16 = 0xF000;

/// Whether a mesh node handles the events of `id` itself. All others take the event path, known or not.
pub const fn is_intercepted(id: u16) -> bool {
    matches!(
        id,
        MIGRATION
            | CHANNEL_MEMBERSHIP
            | STREAM_WINDOW
            | STREAM_NACK
            | STREAM_RESET
            | CAPABILITY_ANNOUNCEMENT
            | REFLEX
            | RENDEZVOUS
            | LOG_REPLICATION
            | MESHDB
            | FOLD
            | BLOB_TRANSFER
    )
}
