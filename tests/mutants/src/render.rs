//! Text with edits, which may stand inside each other.

use std::iter::Peekable;
use std::vec::IntoIter;

/// A part of the text, in bytes.
pub(crate) type Range = (usize, usize);

/// What replaces a part of the text.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) range: Range,
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of what is put in.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// New text.
    Text(String),
    /// Text as it was.
    Raw(Range),
    /// Text as it was, with the edits inside it.
    Live(Range),
    /// What belongs to one mutant alone.
    Branch(u32, Vec<Piece>),
    /// What goes when all of these mutants go.
    Shared(Vec<u32>, Vec<Piece>),
}

impl Piece {
    /// New text.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// Where in the new text something of these mutants stands.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) range: Range,
    pub(crate) mutants: Vec<u32>,
    /// Whether it is the changed text itself.
    pub(crate) own: bool,
}

/// An edit and the edits inside it.
struct Node<'a> {
    edit: &'a Edit,
    inside: Vec<Node<'a>>,
}

/// The new text, and where its mutants are.
pub(crate) fn render(text: &str, edits: &[Edit]) -> (String, Vec<Region>) {
    let mut order: Vec<&Edit> = edits.iter().collect();
    // Outer before inner; of two with the same range the one that was found first.
    order.sort_by_key(|edit| (edit.range.0, std::cmp::Reverse(edit.range.1)));
    let mut edits = order.into_iter().peekable();
    let nodes = nest(&mut edits, (0, text.len()));
    let mut writer = Writer { text, out: String::new(), regions: Vec::new() };
    writer.live((0, text.len()), &nodes);
    (writer.out, writer.regions)
}

/// The edits that are next and inside a range; nothing is inside an insertion.
fn nest<'a>(edits: &mut Peekable<IntoIter<&'a Edit>>, range: Range) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    let inside = |edit: &&Edit| range.0 < range.1 && edit.range.0 < range.1 && edit.range.1 <= range.1;
    while let Some(edit) = edits.next_if(inside) {
        nodes.push(Node { edit, inside: nest(edits, edit.range) });
    }
    nodes
}

struct Writer<'a> {
    text: &'a str,
    out: String,
    regions: Vec<Region>,
}

impl Writer<'_> {
    fn live(&mut self, (mut from, to): Range, nodes: &[Node<'_>]) {
        for node in nodes {
            let (start, end) = node.edit.range;
            if start < from || end > to {
                continue;
            }
            self.out.push_str(&self.text[from..start]);
            self.pieces(&node.edit.pieces, &node.inside);
            from = end;
        }
        self.out.push_str(&self.text[from..to]);
    }

    fn pieces(&mut self, pieces: &[Piece], inside: &[Node<'_>]) {
        for piece in pieces {
            let start = self.out.len();
            match piece {
                Piece::Text(text) => self.out.push_str(text),
                Piece::Raw((from, to)) => self.out.push_str(&self.text[*from..*to]),
                Piece::Live(range) => self.live(*range, inside),
                Piece::Branch(id, pieces) => {
                    self.pieces(pieces, inside);
                    self.regions.push(Region {
                        range: (start, self.out.len()),
                        mutants: vec![*id],
                        own: true,
                    });
                }
                Piece::Shared(ids, pieces) => {
                    self.pieces(pieces, inside);
                    let mutants = ids.clone();
                    self.regions.push(Region { range: (start, self.out.len()), mutants, own: false });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_inside_an_edit_is_in_one_branch_only() {
        let sum = |range: Range, left: Range, right: Range, id| Edit {
            range,
            pieces: vec![
                Piece::text("(m? "),
                Piece::Branch(id, vec![Piece::Raw(left), Piece::text(" - "), Piece::Raw(right)]),
                Piece::text(" : "),
                Piece::Live(left),
                Piece::text(" + "),
                Piece::Live(right),
                Piece::text(")"),
            ],
        };
        let inner = sum((2, 7), (2, 3), (6, 7), 1);
        let outer = sum((2, 11), (2, 7), (10, 11), 2);
        let start = Edit { range: (1, 1), pieces: vec![Piece::text("!")] };
        let (text, regions) = render("{ a + b + c }", &[inner, start, outer]);
        assert_eq!(text, "{! (m? a + b - c : (m? a - b : a + b) + c)}".replace(")}", ") }"));
        let own: Vec<&str> = regions.iter().map(|region| &text[region.range.0..region.range.1]).collect();
        assert_eq!(own, ["a + b - c", "a - b"]);
    }
}
