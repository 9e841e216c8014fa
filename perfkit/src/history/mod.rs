//! Series of stored runs: an index that can be rebuilt, and the change points in each series.
