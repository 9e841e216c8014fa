//! Nothing on the packet path of this layer allocates, and what decodes to lists allocates by the bytes present.
#![cfg(test)]
use net_wire::{
    CapabilityAd, ChannelName, Keepalive, Manifest, NackPayload, PacketHeader, Pingwave, Reflex, Rendezvous,
    RoutingHeader, StreamNack, StreamReset, StreamWindow, SwarmPingwave, classify, forward_in_place, frames,
    identifiers,
};
use proptest::prelude::*;
use std::hint::black_box;
use test_support::counting_allocator::{CountingAllocator, allocated_bytes, allocations};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// What the decoders get: every kind of datagram, well formed and not.
fn inputs() -> Vec<Vec<u8>> {
    let mut routed = RoutingHeader::new(1, 2, 3).encode().to_vec();
    routed.extend_from_slice(PacketHeader::new().as_bytes());
    let mut inputs = vec![
        routed,
        PacketHeader::new().encode().to_vec(),
        Pingwave::default().encode().to_vec(),
        Keepalive { sender_node_id: 1, punch_id: 2 }.encode().to_vec(),
        SwarmPingwave::new(1, 2, 3).encode().to_vec(),
        b"\x03\0\0\0abc\x00\0\0\0\xFF\xFF\xFF\xFFx".to_vec(),
    ];
    inputs.extend((0..80).map(|len| vec![0xFF; len]));
    inputs
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| black_box(Box::new(1))).0, 1);
    assert_eq!(allocated_bytes(|| black_box(Box::new([0u8; 300]))).0, 300);
    assert_eq!(allocated_bytes(|| black_box(vec![0u8; 300]).extend([1; 300])).0, 300 + 600);
}

#[test]
fn decoding_classifying_and_forwarding_allocate_nothing_whatever_the_bytes() {
    for mut bytes in inputs() {
        assert_eq!(allocations(|| decode_as_everything(&mut bytes)).0, 0, "{bytes:02x?}");
    }
}

fn decode_as_everything(bytes: &mut [u8]) {
    black_box(classify(bytes));
    let _ = black_box(PacketHeader::parse(bytes).map(PacketHeader::aad));
    let _ = black_box(RoutingHeader::decode(bytes));
    black_box(RoutingHeader::reserved_flags(bytes));
    let _ = black_box(Pingwave::decode(bytes));
    let _ = black_box(SwarmPingwave::decode(bytes));
    let _ = black_box(Keepalive::decode(bytes));
    let _ = black_box(Reflex::decode(bytes));
    let _ = black_box(Rendezvous::decode(bytes));
    let _ = black_box(StreamWindow::decode(bytes));
    let _ = black_box(StreamNack::decode(bytes));
    let _ = black_box(StreamReset::decode(bytes));
    let _ = black_box(NackPayload::decode(bytes));
    black_box(frames::read(bytes, u16::MAX).map(<[u8]>::len).sum::<usize>());
    let _ = black_box(forward_in_place(bytes));
}

/// The entries and their sorting: an entry has as many bytes as it has on the wire.
const MANIFEST_BYTES_PER_INPUT_BYTE: u64 = 2;
/// An entry is one byte at least, and 24 in a list that doubles as it grows: up to twice what is needed, and as much
/// again for what it grew out of.
const CAPABILITY_AD_BYTES_PER_INPUT_BYTE: u64 = 4 * 24;

#[test]
fn a_count_of_65535_entries_with_none_behind_it_allocates_nothing() {
    assert_eq!(allocated_bytes(|| black_box(Manifest::decode(&[0xFF, 0xFF])).unwrap_err()).0, 0);
    let few = [&[0xFF, 0xFF][..], &[1; 600]].concat();
    assert_eq!(allocated_bytes(|| black_box(Manifest::decode(&few)).unwrap_err()).0, 0);
    // 255 tools of which the first has 255 bytes; then 255 tags likewise, after an empty list of tools.
    for claim in [&[0xFF, 0xFF][..], &[0, 0xFF, 0xFF]] {
        let ad = [&[0; 18][..], claim].concat();
        assert_eq!(allocated_bytes(|| black_box(CapabilityAd::decode(&ad)).unwrap_err()).0, 0);
    }
}

#[test]
fn the_most_entries_that_fit_allocate_within_their_bound() {
    let mut manifest = vec![0xFF, 0xFF];
    // In reverse: there is something to sort.
    manifest.extend((0..u16::MAX).rev().flat_map(|id| [id as u8, (id >> 8) as u8, 1, 0, 1, 0]));
    let (bytes, decoded) = allocated_bytes(|| Manifest::decode(&manifest));
    assert_eq!(decoded.unwrap().entries().len(), 65_535);
    assert!(bytes <= MANIFEST_BYTES_PER_INPUT_BYTE * manifest.len() as u64, "{bytes}");

    for entries in 0..=255 {
        let list = [&[entries][..], &vec![0; entries.into()]].concat();
        let ad = [&[0; 18][..], &list, &list].concat();
        let (bytes, decoded) = allocated_bytes(|| CapabilityAd::decode(&ad));
        assert_eq!(decoded.unwrap().tags.len(), usize::from(entries));
        assert!(bytes <= CAPABILITY_AD_BYTES_PER_INPUT_BYTE * ad.len() as u64, "{entries} entries: {bytes}");
    }
}

/// Bytes of any kind, and well-formed datagrams with some bytes changed: what random bytes alone rarely get past is
/// the magic.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<proptest::sample::Index>(), any::<u8>());
    let changed = (proptest::sample::select(inputs()), proptest::collection::vec(change, 0..4));
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..600),
        changed.prop_map(|(mut bytes, changes)| {
            for (at, byte) in changes {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
            }
            bytes
        }),
    ]
}

/// A count that is right or wrong, then entries.
fn counted_bytes() -> impl Strategy<Value = Vec<u8>> {
    let right = proptest::collection::vec(any::<[u8; 6]>(), 0..300)
        .prop_map(|entries| [&(entries.len() as u16).to_le_bytes()[..], entries.as_flattened()].concat());
    prop_oneof![right, any_bytes(), any_bytes().prop_map(|bytes| [&[0xFF, 0xFF][..], &bytes].concat())]
}

/// The fixed part, then two lists of short texts, then anything; or anything from the start.
fn ad_bytes() -> impl Strategy<Value = Vec<u8>> {
    let list =
        (any::<Option<u8>>(), proptest::collection::vec("[a-z]{0,3}", 0..255)).prop_map(|(claim, texts)| {
            let mut list = vec![claim.unwrap_or(texts.len() as u8)];
            for text in texts {
                list.push(text.len() as u8);
                list.extend_from_slice(text.as_bytes());
            }
            list
        });
    let lists = (any::<[u8; 18]>(), list.clone(), list, any_bytes());
    prop_oneof![
        any_bytes(),
        lists.prop_map(|(fixed, tools, tags, rest)| [&fixed[..], &tools, &tags, &rest].concat())
    ]
}

proptest! {
    #[test]
    fn what_promises_no_allocation_makes_none_for_any_bytes(mut bytes in any_bytes()) {
        prop_assert_eq!(allocations(|| decode_as_everything(&mut bytes)).0, 0);
    }

    #[test]
    fn a_manifest_allocates_by_the_bytes_present(bytes in counted_bytes()) {
        let (allocated, _) = allocated_bytes(|| black_box(Manifest::decode(&bytes)));
        prop_assert!(allocated <= MANIFEST_BYTES_PER_INPUT_BYTE * bytes.len() as u64, "{}", allocated);
    }

    #[test]
    fn a_capability_ad_allocates_by_the_bytes_present(bytes in ad_bytes()) {
        let (allocated, _) = allocated_bytes(|| black_box(CapabilityAd::decode(&bytes)));
        prop_assert!(allocated <= CAPABILITY_AD_BYTES_PER_INPUT_BYTE * bytes.len() as u64, "{}", allocated);
    }
}

#[test]
fn writing_frames_and_hashing_names_allocate_nothing() {
    let mut out = [0; 1024];
    let channel = ChannelName::new("sensors/lidar").unwrap();
    let (count, _) = allocations(|| {
        black_box(frames::write(&mut out, &["one", "two"])).unwrap();
        black_box(frames::append(&mut &mut out[..], &["one", "two"])).unwrap();
        black_box(identifiers::node_id(&[1; 32]) ^ identifiers::stream_id(b"key"));
        black_box((channel.clone(), channel.publish_stream_id()));
    });
    assert_eq!(count, 0);
}
