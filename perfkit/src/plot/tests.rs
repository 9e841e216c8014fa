//! Every kind of plot: its size, its labels, its bytes.

use proptest::prelude::*;

use super::{
    marks::{Mark, Sheet},
    *,
};

fn cost_model() -> Plot {
    let curve = |name: &str, costs: [f64; 4], (fixed, per_unit): (f64, f64)| CostCurve {
        name: name.to_owned(),
        points: [64.0, 256.0, 1024.0, 4096.0]
            .into_iter()
            .zip(costs)
            .map(|(size, cost)| CostPoint {
                size,
                cost: Bar { value: cost, interval: Some((cost * 0.97, cost * 1.04)) },
            })
            .collect(),
        lines: vec![CostSegment { from: 64.0, to: 4096.0, fixed, per_unit }],
    };
    let before = curve("chacha: 1093 ns + 0.490 ns/B", [1139.0, 1205.0, 1585.0, 3111.0], (1092.83, 0.489_63));
    let after = curve("ring: 202 ns + 0.329 ns/B", [222.0, 288.0, 544.0, 1538.0], (202.39, 0.328_83));
    CostModelPlot {
        title: "Packet build: cost over payload".to_owned(),
        quantity: "time".to_owned(),
        unit: "ns".to_owned(),
        size: "payload".to_owned(),
        size_unit: "B".to_owned(),
        curves: vec![before, after],
    }
    .into()
}

fn scaling() -> Plot {
    let curve = |name: &str, rates: [f64; 4]| ScalingCurve {
        name: name.to_owned(),
        points: [1, 2, 4, 8]
            .into_iter()
            .zip(rates)
            .map(|(threads, rate)| ScalingPoint {
                threads,
                throughput: Bar { value: rate, interval: Some((rate * 0.95, rate * 1.03)) },
            })
            .collect(),
    };
    ScalingPlot {
        title: "Packet pool: throughput over threads".to_owned(),
        unit: "1/s".to_owned(),
        curves: vec![
            curve("thread-local pool", [6.3e6, 12.4e6, 24.1e6, 46.0e6]),
            curve("shared pool", [6.1e6, 7.9e6, 6.6e6, 5.2e6]),
        ],
    }
    .into()
}

fn distribution() -> Plot {
    let mut random = crate::statistics::random::SplitMix64::new(7);
    let mut sample = |shift: f64| {
        let noise = [0, 1, 2].map(|_| random.below(1000) as f64).iter().product::<f64>() / 1e8;
        222.0 + shift + noise * 4.0
    };
    let rounds = [0.0, 0.4, 0.1, 9.0, 0.2].map(|shift| (0..50).map(|_| sample(shift)).collect()).to_vec();
    DistributionPlot {
        title: "net_encryption/encrypt/64: samples".to_owned(),
        quantity: "time".to_owned(),
        unit: "ns".to_owned(),
        rounds,
        value: Some(("p20_min".to_owned(), 222.1)),
    }
    .into()
}

fn history(runs: usize) -> Plot {
    let mut random = crate::statistics::random::SplitMix64::new(11);
    let point = |index: usize| {
        let value = if index < runs * 2 / 3 { 222.0 } else { 249.0 } + random.below(400) as f64 / 100.0;
        HistoryPoint {
            label: format!("{:07x}", index * 7919 + 0x1f0_c2ab),
            value: Bar { value, interval: Some((value - 1.0, value + 2.0)) },
        }
    };
    HistoryPlot {
        title: "net_encryption/encrypt/64: time over revisions".to_owned(),
        quantity: "time".to_owned(),
        unit: "ns".to_owned(),
        points: (0..runs).map(point).collect(),
        changes: vec![HistoryChange { index: runs * 2 / 3, label: "+12.1 %".to_owned() }],
    }
    .into()
}

fn all() -> [Plot; 5] {
    [cost_model(), scaling(), distribution(), history(40), history(10_000)]
}

fn shapes() -> [Shape; 4] {
    let narrow = Shape { width: 320, height: 200, ..Shape::compact() };
    [Shape::page(), Shape::compact(), narrow, Shape::compact().on(Paper::Adaptive)]
}

#[test]
fn equal_input_gives_equal_bytes() {
    for plot in all() {
        assert_eq!(svg(&plot, &Shape::page()).unwrap(), svg(&plot, &Shape::page()).unwrap());
        assert_eq!(png(&plot, &Shape::compact()).unwrap(), png(&plot, &Shape::compact()).unwrap());
    }
}

#[test]
fn a_compact_svg_is_below_six_kilobytes() {
    for plot in all() {
        let picture = svg(&plot, &Shape::compact().on(Paper::Adaptive)).unwrap();
        assert!(picture.len() < 6 * 1024, "{} has {} bytes", plot.title(), picture.len());
    }
}

#[test]
fn no_label_overlaps_another_or_leaves_the_paper() {
    for plot in all() {
        for shape in shapes() {
            check_labels(&lay_out(&plot, &shape).unwrap(), &shape, plot.title());
        }
    }
}

fn check_labels(sheet: &Sheet, shape: &Shape, title: &str) {
    let boxes: Vec<(&str, [i32; 4])> = sheet
        .marks
        .iter()
        .filter_map(|mark| match mark {
            Mark::Text { text, at, side, size, .. } => {
                let (left, right) = sheet.span(text, at.0, *side, *size);
                let half = *size as i32 / 2;
                Some((text.as_str(), [left, at.1 - half, right, at.1 + half]))
            }
            _ => None,
        })
        .collect();
    for (index, (text, [left, top, right, bottom])) in boxes.iter().enumerate() {
        let inside =
            *left >= 0 && *top >= 0 && *right <= shape.width as i32 && *bottom <= shape.height as i32;
        assert!(inside, "{title}, {shape:?}: {text:?} leaves the paper: {left} {top} {right} {bottom}");
        for (other, [l, t, r, b]) in &boxes[index + 1..] {
            let apart = r <= left || right <= l || b <= top || bottom <= t;
            assert!(apart, "{title}, {shape:?}: {text:?} overlaps {other:?}");
        }
    }
}

#[test]
fn every_plot_names_a_unit() {
    for (plot, unit) in all().iter().zip([" ns", " M/s", " ns", " ns", " ns"]) {
        for shape in [Shape::page(), Shape::compact()] {
            let sheet = lay_out(plot, &shape).unwrap();
            let named = sheet
                .marks
                .iter()
                .any(|mark| matches!(mark, Mark::Text { text, .. } if text.ends_with(unit)));
            assert!(named, "{}: no label ends in {unit:?}", plot.title());
        }
    }
}

/// The places of the one fitted line.
fn line_places(line: CostSegment) -> Vec<(i32, i32)> {
    let Plot::CostModel(mut plot) = cost_model() else { panic!("another plot") };
    plot.curves.truncate(1);
    for point in &mut plot.curves[0].points {
        point.cost = Bar::exact(point.size);
    }
    plot.curves[0].lines = vec![line];
    let sheet = lay_out(&plot.into(), &Shape::page()).unwrap();
    let paths = sheet.marks.into_iter().filter_map(|mark| match mark {
        Mark::Path { places, ink: theme::Ink::Series(0), .. } if places.len() > 5 => Some(places),
        _ => None,
    });
    let paths: Vec<_> = paths.collect();
    assert_eq!(paths.len(), 1, "{paths:?}");
    paths.into_iter().flatten().collect()
}

#[test]
fn a_line_above_or_below_all_costs_is_drawn_where_it_lies() {
    for per_unit in [2.0, 0.5] {
        let places = line_places(CostSegment { from: 64.0, to: 4096.0, fixed: 0.0, per_unit });
        assert!(places.windows(2).all(|pair| pair[1].1 < pair[0].1), "{per_unit}: it runs flat: {places:?}");
    }
}

#[test]
fn a_line_that_falls_to_nothing_ends_where_the_axis_does() {
    let places = line_places(CostSegment { from: 64.0, to: 4096.0, fixed: -10.0, per_unit: 0.05 });
    assert!(places.windows(2).all(|pair| pair[1].1 < pair[0].1), "it runs along the edge: {places:?}");
}

#[test]
fn instructions_are_named_beside_the_axis() {
    let Plot::CostModel(plot) = cost_model() else { panic!("another plot") };
    let plot = CostModelPlot { unit: "instructions/op".to_owned(), quantity: "cost".to_owned(), ..plot };
    assert!(svg(&plot.into(), &Shape::page()).unwrap().contains("cost, instructions/op"));
}

#[test]
fn names_cannot_break_out_of_the_picture() {
    let Plot::History(plot) = history(3) else { panic!("another plot") };
    let hostile = "<script>alert(1)</script>\" onload=\"x\n&".to_owned();
    let plot = HistoryPlot { title: hostile.clone(), quantity: hostile, ..plot };
    let picture = svg(&plot.into(), &Shape { width: 1600, ..Shape::page() }).unwrap();
    assert!(
        !picture.contains("<script") && !picture.contains("\" onload=\"") && picture.contains("&lt;script")
    );
}

#[test]
fn nothing_to_draw_is_said() {
    let Plot::History(plot) = history(3) else { panic!("another plot") };
    let none = HistoryPlot { points: vec![], ..plot.clone() };
    assert!(matches!(svg(&none.into(), &Shape::page()), Err(PlotError::Empty { .. })));
    let mut odd = plot.clone();
    odd.points.iter_mut().for_each(|point| point.value.value = f64::NAN);
    odd.points.iter_mut().for_each(|point| point.value.interval = None);
    assert!(matches!(svg(&odd.into(), &Shape::page()), Err(PlotError::Empty { .. })));
}

#[test]
fn limits_are_kept() {
    let Plot::History(plot) = history(3) else { panic!("another plot") };
    let point = plot.points[0].clone();
    let at = HistoryPlot { points: vec![point.clone(); POINTS_LIMIT], ..plot.clone() };
    assert!(svg(&at.into(), &Shape::compact()).is_ok());
    let beyond = HistoryPlot { points: vec![point; POINTS_LIMIT + 1], ..plot };
    assert!(matches!(svg(&beyond.into(), &Shape::page()), Err(PlotError::TooMuch { what: "points", .. })));
    let Plot::CostModel(mut many) = cost_model() else { panic!("another plot") };
    many.curves = vec![many.curves[0].clone(); SERIES_LIMIT + 1];
    assert!(matches!(svg(&many.into(), &Shape::page()), Err(PlotError::TooMuch { what: "series", .. })));
    let flat = Shape { height: 10, ..Shape::page() };
    assert!(matches!(svg(&history(3), &flat), Err(PlotError::Shape { height: 10, .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_numbers_can_be_drawn(
        values in proptest::collection::vec(
            prop_oneof![any::<f64>(), -1e3f64..1e6, Just(0.0), Just(5.0)],
            1..12,
        ),
        width in SIDE_LIMITS.0..600,
        height in SIDE_LIMITS.0..400,
    ) {
        let shape = Shape { width, height, ..Shape::page() };
        let bar = |value: f64| Bar { value, interval: Some((value * 0.9, value * 1.1)) };
        let plots: [Plot; 4] = [
            CostModelPlot {
                title: String::new(), quantity: String::new(), unit: "ns".to_owned(), size: String::new(),
                size_unit: "B".to_owned(),
                curves: vec![CostCurve {
                    name: String::new(),
                    points: values.iter().map(|value| CostPoint { size: value.abs(), cost: bar(*value) }).collect(),
                    lines: values.iter().map(|value| CostSegment { from: *value, to: value * 2.0, fixed: *value, per_unit: *value }).collect(),
                }],
            }.into(),
            ScalingPlot {
                title: String::new(), unit: "1/s".to_owned(),
                curves: vec![ScalingCurve {
                    name: String::new(),
                    points: values.iter().map(|value| ScalingPoint { threads: value.abs() as u32, throughput: bar(*value) }).collect(),
                }],
            }.into(),
            DistributionPlot {
                title: String::new(), quantity: String::new(), unit: "ns".to_owned(),
                rounds: vec![values.clone(), vec![]], value: Some((String::new(), values[0])),
            }.into(),
            HistoryPlot {
                title: String::new(), quantity: String::new(), unit: "B/s".to_owned(),
                points: values.iter().map(|value| HistoryPoint { label: String::new(), value: bar(*value) }).collect(),
                changes: vec![HistoryChange { index: 1, label: "x".to_owned() }],
            }.into(),
        ];
        for plot in plots {
            // An error is fine, a panic or an endless loop is not.
            let _ = svg(&plot, &shape);
            let _ = png(&plot, &Shape { width: SIDE_LIMITS.0, height: SIDE_LIMITS.0, ..shape });
        }
    }
}
