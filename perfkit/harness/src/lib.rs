//! Write a workload once; measure its time, its cost vector and its allocations.
