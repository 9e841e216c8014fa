//! Workloads of net-wire: header, frame and routing codecs, and the one look that tells datagrams apart.
//!
//! The inputs are constants that would be folded away, so all of them pass a barrier; what a row costs is the codec
//! and the moves of its result. Codecs take 5 to 50 instructions, a frame one copy of its event.
#![recursion_limit = "256"] // one level a row: see `suite!`

mod datagram;
mod frames;
mod header;
mod pingwave;
mod routing;

perfkit_harness::suite!(pub SUITE:
    "net_header/serialize" => header::serialize;
    "net_header/deserialize" => header::deserialize;
    "net_header/roundtrip" => header::roundtrip;
    "net_aad/generate" => header::aad;

    "net_event_frame/write_single" / size in [64, 256, 1024, 4096] => frames::write_single, bytes(size);
    "net_event_frame/write_single_reused" / size in [64, 256, 1024, 4096] => frames::write_single_reused, bytes(size);
    "net_event_frame/write_batch" / events in [1, 10, 50, 100] => frames::write_batch, bytes(64 * events);
    "net_event_frame/read_batch_10" => frames::read_batch_10, elements(10);
    "event_frames/read_borrowed_10" => frames::read_borrowed_10, elements(10);

    "routing_header/serialize" => routing::serialize;
    "routing_header/deserialize" => routing::deserialize;
    "routing_header/roundtrip" => routing::roundtrip;
    "routing_header/forward" => routing::forward;

    "pingwave/serialize" => pingwave::serialize;
    "pingwave/deserialize" => pingwave::deserialize;
    "pingwave/roundtrip" => pingwave::roundtrip;
    "pingwave/forward" => pingwave::forward;

    "mesh_dispatch/classify_direct" => datagram::classify_direct;
    "mesh_dispatch/classify_routed" => datagram::classify_routed;
    "mesh_dispatch/classify_pingwave" => datagram::classify_pingwave;
);
