//! Pictures of an impact, as SVG that stands by itself: flows between tiers, and the distribution of changes of score.
//!
//! Colours are CSS variables with defaults, so that a page can set its own.

use std::fmt::Write;

use super::{Impact, Ladder, Move};
use crate::codes::Language;

const WIDTH: f64 = 720.0;
const UP: &str = "var(--up,#2b8a57)";
const DOWN: &str = "var(--down,#c2503a)";
const SAME: &str = "var(--same,#9aa3ad)";
const INK: &str = "var(--ink,#20262d)";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
const fn real(n: u64) -> f64 {
    n as f64
}

/// A whole number in groups of three digits.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            // A narrow space, which no language reads as a decimal mark.
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// A bar of a tier on one side.
struct Bar {
    top: f64,
    height: f64,
    /// How far its flows have filled it.
    filled: f64,
    subjects: u64,
}

/// The tiers before on the left, those after on the right, the best on top, and between them who goes where.
pub(super) fn flows(impact: &Impact, title: &dyn Fn(&str) -> String) -> String {
    const SPACE: f64 = 300.0;
    const GAP: f64 = 16.0;
    const LEFT: f64 = 210.0;
    const BAR: f64 = 12.0;
    let [from, to] = impact.policies().map(Ladder::of);
    let right = WIDTH - LEFT - BAR;
    let total = real(impact.subjects.max(1));
    let bars = |ladder: &Ladder, side: &dyn Fn(&super::Flow, &str) -> bool| -> Vec<Option<Bar>> {
        let mut top = GAP;
        let mut bars: Vec<Option<Bar>> = ladder
            .ids
            .iter()
            .rev()
            .map(|id| {
                let subjects: u64 = impact.flows.iter().filter(|flow| side(flow, id)).map(|flow| flow.subjects).sum();
                if subjects == 0 {
                    return None;
                }
                let height = (SPACE * real(subjects) / total).max(2.0);
                let bar = Bar { top, height, filled: 0.0, subjects };
                top += height + GAP;
                Some(bar)
            })
            .collect();
        bars.reverse();
        bars
    };
    let mut before = bars(&from, &|flow, id| *flow.from == *id);
    let mut after = bars(&to, &|flow, id| *flow.to == *id);
    let end = |bars: &[Option<Bar>]| bars.iter().flatten().map(|bar| bar.top + bar.height).fold(0.0, f64::max);
    let height = end(&before).max(end(&after)) + GAP;
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" role="img" font-family="system-ui,sans-serif" font-size="13">"#
    );
    // From the best down on either side, so that bands cross as little as can be.
    for (from_place, from_id) in from.ids.iter().enumerate().rev() {
        for (to_place, to_id) in to.ids.iter().enumerate().rev() {
            let Some(flow) = impact.flows.iter().find(|flow| flow.from == *from_id && flow.to == *to_id) else { continue };
            let (Some(Some(a)), Some(Some(b))) = (before.get_mut(from_place), after.get_mut(to_place)) else { continue };
            let (own, other) = (a.height * real(flow.subjects) / real(a.subjects), b.height * real(flow.subjects) / real(b.subjects));
            let (y, z) = (a.top + a.filled, b.top + b.filled);
            a.filled += own;
            b.filled += other;
            let direction = from.direction(from_place, &to, to_place);
            let (colour, opacity) = match direction {
                Move::Up => (UP, 0.75),
                Move::Down => (DOWN, 0.75),
                Move::None | Move::Level => (SAME, 0.35),
            };
            let (x0, x1) = (LEFT + BAR, right);
            let middle = f64::midpoint(x0, x1);
            // What is too thin to be seen is drawn as thick as a hair.
            let (y1, z1) = (y + own.max(0.6), z + other.max(0.6));
            let words = format!("{} → {}: {}", title(from_id), title(to_id), grouped(flow.subjects));
            let _ = write!(
                out,
                r#"<path d="M{x0} {y:.2}C{middle} {y:.2} {middle} {z:.2} {x1} {z:.2}L{x1} {z1:.2}C{middle} {z1:.2} {middle} {y1:.2} {x0} {y1:.2}Z" fill="{colour}" fill-opacity="{opacity}"><title>{}</title></path>"#,
                escaped(&words)
            );
        }
    }
    for (bars, ladder, x, anchor, label) in [(&before, &from, LEFT, "end", LEFT - 8.0), (&after, &to, right, "start", right + BAR + 8.0)] {
        for (bar, id) in bars.iter().zip(&ladder.ids) {
            let Some(bar) = bar else { continue };
            let _ = write!(
                out,
                r#"<rect x="{x}" y="{:.2}" width="{BAR}" height="{:.2}" fill="{INK}"/><text x="{label}" y="{:.2}" text-anchor="{anchor}" dominant-baseline="middle" fill="{INK}">{} <tspan font-weight="600">{}</tspan></text>"#,
                bar.top,
                bar.height,
                bar.top + bar.height / 2.0,
                escaped(&title(id)),
                grouped(bar.subjects)
            );
        }
    }
    out.push_str("</svg>");
    out
}

/// How many compared subjects change by how much; those who do not are told in words, since they would dwarf all others.
pub(super) fn changes(impact: &Impact, [axis, unchanged]: [&str; 2], language: Language) -> String {
    const HEIGHT: f64 = 220.0;
    const BASE: f64 = 168.0;
    const SIDE: f64 = 40.0;
    /// Widths of a bin in tenths.
    const WIDTHS: [i32; 7] = [1, 2, 5, 10, 20, 50, 100];
    let by_change = &impact.scores.by_change;
    if by_change.is_empty() {
        return String::new();
    }
    let moved: Vec<(i32, u64)> = by_change.iter().copied().filter(|(change, _)| *change != 0).collect();
    let still: u64 = by_change.iter().filter(|(change, _)| *change == 0).map(|(_, count)| count).sum();
    let reach = moved.iter().map(|(change, _)| change.abs()).max().unwrap_or(10).max(10);
    let width = WIDTHS.into_iter().find(|width| reach <= width * 24).unwrap_or(100);
    // A multiple of four, so that the marks of the axis stand between bins.
    let bins = (reach + 4 * width - 1) / (4 * width) * 4;
    // Bins lie to either side of no change and hold their outer end.
    let mut counts = vec![0_u64; usize::try_from(2 * bins).unwrap_or_default()];
    for &(change, count) in &moved {
        let outer = (change.abs() - 1) / width;
        let bin = if change > 0 { bins + outer } else { bins - 1 - outer };
        if let Some(sum) = usize::try_from(bin).ok().and_then(|bin| counts.get_mut(bin)) {
            *sum += count;
        }
    }
    let most = real(counts.iter().copied().max().unwrap_or(1).max(1));
    let step = (WIDTH - 2.0 * SIDE) / f64::from(2 * bins);
    let signed = |points: f64| language.decimal(format!("{points:+.1}")).replace('-', "−");
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="system-ui,sans-serif" font-size="13">"#
    );
    for (bin, &count) in (0..).zip(&counts).filter(|(_, count)| **count > 0) {
        let height = ((BASE - 30.0) * real(count) / most).max(1.0);
        let (low, high) = (f64::from((bin - bins) * width) / 10.0, f64::from((bin + 1 - bins) * width) / 10.0);
        let [low, high] = [low, high].map(signed);
        let colour = if bin >= bins { UP } else { DOWN };
        let _ = write!(
            out,
            r#"<rect x="{:.2}" y="{:.2}" width="{:.2}" height="{height:.2}" fill="{colour}"><title>{low} … {high}: {}</title></rect>"#,
            SIDE + f64::from(bin) * step + 0.5,
            BASE - height,
            (step - 1.0).max(0.5),
            grouped(count)
        );
    }
    let _ = write!(out, r#"<path d="M{SIDE} {BASE}H{}" stroke="{INK}"/>"#, WIDTH - SIDE);
    for n in -4..=4 {
        let x = SIDE + (f64::from(n) + 4.0) / 8.0 * (WIDTH - 2.0 * SIDE);
        let points = f64::from(n) / 4.0 * f64::from(bins * width) / 10.0;
        let label = if n == 0 { "0".to_owned() } else { signed(points) };
        let _ = write!(
            out,
            r#"<path d="M{x:.2} {BASE}v5" stroke="{INK}"/><text x="{x:.2}" y="{}" text-anchor="middle" fill="{INK}">{label}</text>"#,
            BASE + 20.0
        );
    }
    let _ = write!(
        out,
        r#"<text x="{}" y="{}" text-anchor="middle" fill="{INK}">{}</text><text x="{}" y="18" text-anchor="middle" fill="{INK}">{}: <tspan font-weight="600">{}</tspan></text></svg>"#,
        WIDTH / 2.0,
        BASE + 42.0,
        escaped(axis),
        WIDTH / 2.0,
        escaped(unchanged),
        grouped(still)
    );
    out
}
