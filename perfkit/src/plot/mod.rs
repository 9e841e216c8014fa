//! Plots as SVG and PNG, by plotters.
