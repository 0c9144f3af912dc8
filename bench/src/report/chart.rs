//! Bar charts as SVG.

use crate::format::whole;

const WIDTH: u32 = 760;
const LABEL_WIDTH: u32 = 270;
const VALUE_WIDTH: u32 = 70;
const BAR_HEIGHT: u32 = 18;
const ROW_HEIGHT: u32 = 26;
const TITLE_HEIGHT: u32 = 40;

/// The colours of a chart, for one of GitHub's modes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colours {
    text: &'static str,
    bar: &'static str,
    /// Of the bars that stand out.
    accent: &'static str,
}

/// For a light background.
pub(crate) const LIGHT: Colours = Colours {
    text: "#1f2328",
    bar: "#8c959f",
    accent: "#0969da",
};

/// For a dark background.
pub(crate) const DARK: Colours = Colours {
    text: "#e6edf3",
    bar: "#6e7681",
    accent: "#4493f8",
};

/// A bar.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) stands_out: bool,
}

/// A chart of horizontal bars, from top to bottom. Its background is that of the page.
pub(crate) fn svg(title: &str, bars: &[Bar], colours: Colours) -> String {
    let height = bars
        .iter()
        .fold(TITLE_HEIGHT, |height, _| height + ROW_HEIGHT);
    let title = escape(title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\" font-family=\"system-ui, sans-serif\" \
         font-size=\"13\" fill=\"{}\">\n<text x=\"0\" y=\"18\" font-size=\"15\" font-weight=\"600\">{title}</text>\n",
        colours.text
    );
    let longest = bars.iter().map(|bar| bar.value).fold(1.0, f64::max);
    let room = f64::from(WIDTH - LABEL_WIDTH - VALUE_WIDTH);
    let mut top = TITLE_HEIGHT;
    for bar in bars {
        let length = room * bar.value / longest;
        let colour = if bar.stands_out {
            colours.accent
        } else {
            colours.bar
        };
        let (label, value) = (escape(&bar.label), whole(bar.value));
        let (baseline, label_end) = (top + 14, LABEL_WIDTH - 10);
        let value_start = f64::from(LABEL_WIDTH) + length + 6.0;
        svg.push_str(&format!(
            "<text x=\"{label_end}\" y=\"{baseline}\" text-anchor=\"end\">{label}</text>\n\
             <rect x=\"{LABEL_WIDTH}\" y=\"{top}\" width=\"{length:.1}\" height=\"{BAR_HEIGHT}\" rx=\"2\" fill=\"{colour}\"/>\n\
             <text x=\"{value_start:.1}\" y=\"{baseline}\">{value}</text>\n"
        ));
        top += ROW_HEIGHT;
    }
    svg.push_str("</svg>\n");
    svg
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{Bar, DARK, svg};

    #[test]
    fn the_longest_bar_takes_the_room() {
        let bar = |label: &str, value, stands_out| Bar {
            label: label.to_owned(),
            value,
            stands_out,
        };
        let chart = svg(
            "A & B",
            &[bar("one", 2000.0, true), bar("<two>", 1000.0, false)],
            DARK,
        );
        assert!(chart.contains("aria-label=\"A &amp; B\""));
        assert!(chart.contains("width=\"420.0\" height=\"18\" rx=\"2\" fill=\"#4493f8\""));
        assert!(chart.contains("width=\"210.0\" height=\"18\" rx=\"2\" fill=\"#6e7681\""));
        assert!(chart.contains("&lt;two>") && chart.contains(">2,000</text>"));
    }
}
