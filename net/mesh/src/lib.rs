//! The mesh of Net: the packet path.
