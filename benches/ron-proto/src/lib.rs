//! Workloads of ron-proto: content ids, manifests, OAP/1 frames, hashing, start-up; and a general codec to measure
//! manifests against.
//!
//! The two workload files of the crate's vectors are the inputs of `ron_manifest_roundtrip/16` (`manifest_roundtrip.cbor`)
//! and `ron_oap/echo` (`frame_echo.cbor`). Manifests have 2, 16 and 1024 chunks: objects of 128 KiB, 1 MiB and 64 MiB; and
//! 128 beside, since a line through costs needs four sizes. A round trip writes a manifest into a fresh buffer and reads it
//! from there with all checks; `_reused` rows keep the buffer.
#![recursion_limit = "256"] // one level a row: see `suite!`

mod blake3_floor;
mod content_id;
mod dagcbor;
mod hashing;
mod manifest;
mod oap;
mod parallel;
mod startup;

perfkit_harness::suite!(pub SUITE:
    "ron_content_id/parse" => content_id::parse, bytes(67), allocation_free();
    "ron_content_id/format" => content_id::format, bytes(67), allocation_free();

    "ron_manifest_encode" / chunks in [2, 16, 128, 1024] => manifest::encode, elements(chunks);
    "ron_manifest_decode" / chunks in [2, 16, 128, 1024] => manifest::decode, elements(chunks), allocation_free();
    "ron_manifest_view" / chunks in [2, 16, 128, 1024] => manifest::view, elements(chunks), allocation_free();
    "ron_manifest_roundtrip" / chunks in [2, 16, 128, 1024] => manifest::roundtrip, elements(chunks), scales();
    "ron_manifest_roundtrip_reused" / chunks in [2, 16, 128, 1024] => manifest::roundtrip_reused, elements(chunks),
        allocation_free(), scales();
    "ron_manifest_dagcbor" / chunks in [2, 16, 128, 1024] => dagcbor::roundtrip, elements(chunks);
    // Threads are made inside the operation, so one that is asked for is a second one, and nothing is counted.
    "ron_manifest_parallel" / t in [1] => parallel::roundtrips, elements(parallel::ROUND_TRIPS * t), threads(2);
    "ron_manifest_parallel" / t in [2, 4, 8] => parallel::roundtrips, elements(parallel::ROUND_TRIPS * t),
        threads(t as u32);

    "ron_oap/parse" => oap::parse, allocation_free();
    "ron_oap/serialize" => oap::serialize, allocation_free();
    "ron_oap/echo" => oap::echo, bytes(130), allocation_free();
    "ron_oap/hello_decode" => oap::hello_decode, allocation_free();
    "ron_oap/data_decode" => oap::data_decode, bytes(65_536), allocation_free();
    "ron_oap/data_encode" => oap::data_encode, bytes(65_536), allocation_free();
    "ron_oap/stream_10k" => oap::stream_10k, elements(10_000), allocation_free(), counted_operations(2);

    // Four sizes of one block after the other and four of whole chunks: a line each, for `perfkit fit`.
    "ron_blake3" / size in [64, 256, 512, 1024, 65536, 131072, 262144, 1048576] => hashing::whole, bytes(size), floor("ron_blake3_crate", size),
        allocation_free(), counted_operations(10);
    "ron_blake3_crate" / size in [64, 256, 512, 1024, 65536, 131072, 262144, 1048576] => blake3_floor::whole, bytes(size), allocation_free(),
        counted_operations(10);
    // The pool has a thread a core; two are what it takes for one to be of use.
    "ron_blake3_rayon" / size in [262144, 524288, 1048576, 16777216] => hashing::parallel, bytes(size), threads(2);
    // One thread, from where on the pool is used: declared as the rows above are, so that their times are the same statistic.
    "ron_blake3_rayon_serial" / size in [524288, 1048576, 16777216] => hashing::whole, bytes(size), threads(2);
    "ron_verify/streamed" / size in [1048576] => hashing::verify_streamed, bytes(size), floor("ron_blake3_crate", size),
        allocation_free(), counted_operations(10);

    "ron_startup" => startup(startup::ready);
);
