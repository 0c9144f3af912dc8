//! Draws a layout as a PDF.

use std::num::NonZeroU16;

use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    geom::{PathBuilder, Point, Rect},
    metadata::Metadata,
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, ListNumbering, SpanTag, Tag, TagGroup,
        TagTree,
    },
};

use super::{
    face::{Face, Faces},
    layout::{Ink, Layout, MARGIN, Mark, PAGE_SIZE, Role},
};

/// The font size of the footer.
const FOOTER_SIZE: f32 = 8.5;

/// Draws all pages. Returns the bytes of the PDF.
pub(super) fn draw(
    layout: &Layout<'_>,
    faces: &Faces,
    sender: &str,
    title: &str,
    language: &str,
) -> Result<Vec<u8>, String> {
    let configuration =
        ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
    let configuration = configuration.finish();
    let settings = SerializeSettings {
        configuration: configuration.map_err(|error| format!("{error:?}"))?,
        ..SerializeSettings::default()
    };
    let mut document = Document::new_with(settings);
    document.set_metadata(
        Metadata::new()
            .title(title.to_owned())
            .language(language.to_owned())
            .creator(sender.to_owned()),
    );
    let mut pieces: Vec<Vec<Identifier>> = Vec::new();
    pieces.resize_with(layout.blocks.len(), Vec::new);
    let mut outline = Outline::new();
    let pages = layout.pages.len();
    for (number, marks) in layout.pages.iter().enumerate() {
        let settings = PageSettings::from_wh(PAGE_SIZE.0, PAGE_SIZE.1);
        let mut page = document.start_page_with(settings.ok_or("the page has no size")?);
        let mut surface = page.surface();
        for mark in marks {
            match mark {
                Mark::Line {
                    x,
                    y,
                    style,
                    text,
                    block,
                } => {
                    surface.set_fill(Some(fill(style.ink)));
                    let tag = ContentTag::Span(SpanTag::empty());
                    pieces[*block].push(surface.start_tagged(tag));
                    let face = faces.face(style.is_bold);
                    write(&mut surface, face, (*x, *y), style.size, text);
                    surface.end_tagged();
                    let (role, whole) = &layout.blocks[*block];
                    if *role == Role::Section {
                        let destination =
                            XyzDestination::new(number, Point::from_xy(0.0, y - style.size));
                        outline.push_child(OutlineNode::new(whole.clone(), destination));
                    }
                }
                Mark::Box { x, y } => draw_box(&mut surface, *x, *y),
            }
        }
        let footer = format!("{sender} · {} / {pages}", number + 1);
        draw_footer(&mut surface, faces.face(false), &footer);
        surface.finish();
        page.finish();
    }
    document.set_outline(outline);
    document.set_tag_tree(tree(&layout.blocks, pieces));
    document.finish().map_err(|error| format!("{error:?}"))
}

fn write(surface: &mut Surface<'_>, face: &Face, (x, y): (f32, f32), size: f32, text: &str) {
    let glyphs = face.glyphs(text);
    let (start, font) = (Point::from_xy(x, y), face.font.clone());
    surface.draw_glyphs(start, &glyphs, font, text, size, false);
}

fn draw_box(surface: &mut Surface<'_>, x: f32, y: f32) {
    let mut path = PathBuilder::new();
    if let Some(square) = Rect::from_xywh(x, y, 8.0, 8.0) {
        path.push_rect(square);
    }
    let artifact = Artifact::with_kind(ArtifactType::Layout);
    surface.start_tagged(ContentTag::Artifact(artifact));
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke {
        paint: color(Ink::Grey).into(),
        width: 0.8,
        ..Stroke::default()
    }));
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
    surface.set_stroke(None);
    surface.end_tagged();
}

fn draw_footer(surface: &mut Surface<'_>, face: &Face, text: &str) {
    let text = face.to_displayable(text);
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(
        ArtifactType::Footer,
    )));
    surface.set_fill(Some(fill(Ink::Grey)));
    let start = (MARGIN, PAGE_SIZE.1 - MARGIN / 2.0);
    write(surface, face, start, FOOTER_SIZE, &text);
    surface.end_tagged();
}

/// The structure of the document, for screen readers.
fn tree(blocks: &[(Role, String)], pieces: Vec<Vec<Identifier>>) -> TagTree {
    let mut tree = TagTree::new();
    let mut list: Option<TagGroup> = None;
    for ((role, text), pieces) in blocks.iter().zip(pieces) {
        if *role == Role::Item {
            let list = list.get_or_insert_with(|| TagGroup::new(Tag::L(ListNumbering::None)));
            let mut body = TagGroup::new(Tag::LBody);
            for piece in pieces {
                body.push(piece);
            }
            let mut item = TagGroup::new(Tag::LI);
            item.push(body);
            list.push(item);
            continue;
        }
        if let Some(list) = list.take() {
            tree.push(list);
        }
        let heading = |level| TagGroup::new(Tag::Hn(level, Some(text.clone())));
        let mut group = match role {
            Role::Title => heading(NonZeroU16::MIN),
            Role::Section => heading(NonZeroU16::MIN.saturating_add(1)),
            Role::Day => heading(NonZeroU16::MIN.saturating_add(2)),
            Role::Text | Role::Item => TagGroup::new(Tag::P),
        };
        for piece in pieces {
            group.push(piece);
        }
        tree.push(group);
    }
    if let Some(list) = list {
        tree.push(list);
    }
    tree
}

fn fill(ink: Ink) -> Fill {
    Fill {
        paint: color(ink).into(),
        opacity: NormalizedF32::ONE,
        ..Fill::default()
    }
}

fn color(ink: Ink) -> rgb::Color {
    match ink {
        Ink::Black => rgb::Color::new(20, 32, 42),
        Ink::Grey => rgb::Color::new(85, 97, 107),
        Ink::Green => rgb::Color::new(11, 107, 76),
    }
}
