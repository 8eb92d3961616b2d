//! The chart of a report: users done per minute, with the times when the server asked to wait.

use chrono::DateTime;
use plotters::coord::Shift;
use plotters::prelude::*;

use super::figures::Figures;

const SIZE: (u32, u32) = (900, 260);
/// The seconds of a bar: the first with which there are few enough bars.
const WIDTHS: [u64; 10] = [1, 2, 5, 10, 30, 60, 300, 900, 3600, 86400];
const MAX_BARS: u64 = 120;
/// Legible on white and on black.
const BAR: RGBColor = RGBColor(0x2f, 0x8f, 0x83);
const HOLD: RGBColor = RGBColor(0xd9, 0x82, 0x2b);
const TEXT: RGBColor = RGBColor(0x80, 0x80, 0x80);
const FONT: i32 = 14;

/// Returns the chart as SVG, or nothing if no user is done.
pub(super) fn chart(figures: &Figures) -> Option<String> {
    let (first, last) = (*figures.done_at.keys().next()?, *figures.done_at.keys().next_back()?);
    let time = last - first + 1;
    let width = WIDTHS.into_iter().find(|width| time.div_ceil(*width) <= MAX_BARS).unwrap_or(time.div_ceil(MAX_BARS));
    let first = first - first % width;
    let mut bars = vec![0; usize::try_from((last - first) / width + 1).ok()?];
    for (second, count) in &figures.done_at {
        if let Some(bar) = usize::try_from((second - first) / width).ok().and_then(|index| bars.get_mut(index)) {
            *bar += count;
        }
    }
    let per_minute: Vec<_> = bars.iter().map(|count| (count * 60).div_ceil(width)).collect();
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        draw(&area, figures, &per_minute, first, width).ok()?;
    }
    Some(svg)
}

fn draw(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    figures: &Figures,
    bars: &[u64],
    first: u64,
    width: u64,
) -> Result<(), Box<dyn std::error::Error>> {
    let end = first + width * bars.len() as u64;
    let most = bars.iter().max().copied().unwrap_or(1);
    let top = most + most.div_ceil(10);
    let mut chart = ChartBuilder::on(area)
        .margin(8)
        .margin_right(36)
        .x_label_area_size(28)
        .y_label_area_size(64)
        .build_cartesian_2d(first..end, 0..top)?;
    let format = if end - first < 3600 { "%H:%M:%S" } else { "%m-%d %H:%M" };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(TEXT.mix(0.3))
        .axis_style(TEXT)
        .label_style(("sans-serif", FONT).into_font().color(&TEXT))
        .x_label_formatter(&|second| clock(*second, format))
        .x_labels(6)
        .y_labels(5)
        .draw()?;
    let holds = figures.holds.iter().map(|hold| {
        let start = (hold.at / 1000).clamp(first, end);
        let hold_end = (hold.at / 1000).saturating_add(hold.seconds.max(1)).clamp(start, end);
        Rectangle::new([(start, 0), (hold_end, top)], HOLD.mix(0.4).filled())
    });
    chart.draw_series(holds)?;
    chart.draw_series((first..).step_by(usize::try_from(width)?).zip(bars).map(|(start, count)| {
        let mut bar = Rectangle::new([(start, 0), (start + width, *count)], BAR.filled());
        bar.set_margin(0, 0, 1, 1);
        bar
    }))?;
    Ok(area.present()?)
}

/// Formats a second since 1970, in UTC.
fn clock(second: u64, format: &str) -> String {
    let time = i64::try_from(second).ok().and_then(|second| DateTime::from_timestamp(second, 0));
    time.map_or_else(String::new, |time| time.format(format).to_string())
}
