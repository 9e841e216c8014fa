//! Bytes on the wire of Net: headers, frames, names, ids and hashes, as views over borrowed bytes.
