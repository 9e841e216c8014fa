//! Workloads of the packet path: sealing, building, pools.
