//! Finds the syntax around each mutant, and puts a switch there.
//!
//! Only one switch is ever on, so what a switched-on branch holds is the plain text, and the text grows with the depth of
//! an expression and not exponentially. What stands in a constant cannot be switched and is left out.

use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Arm, BinOp, Block, Expr, ReturnType, Signature, Type};

use crate::mutant::{Genre, Mutant, Place};
use crate::render::{Edit, Piece};

/// Finds the edits for the mutants of one file.
///
/// Answers as well which mutants stand in functions that constants may call.
pub(crate) fn edits(text: &str, mutants: &[&Mutant]) -> Result<(Vec<Edit>, Vec<u32>), String> {
    let file = syn::parse_file(text).map_err(|error| error.to_string())?;
    let mut lines = vec![0];
    lines.extend(text.match_indices('\n').map(|(place, _)| place + 1));
    let mut at: BTreeMap<(Place, &'static str), Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        at.entry((mutant.start, kind(mutant.genre))).or_default().push(mutant);
    }
    let mut planter = Planter {
        text,
        lines,
        at,
        constant: 0,
        callable: false,
        maybe_constant: Vec::new(),
        edits: Vec::new(),
    };
    planter.visit_file(&file);
    Ok((planter.edits, planter.maybe_constant))
}

/// A sort of syntax at whose beginning a mutant can be.
const fn kind(genre: Genre) -> &'static str {
    match genre {
        Genre::FnValue => "body",
        Genre::BinaryOperator | Genre::UnaryOperator => "operator",
        Genre::MatchArm => "arm",
        Genre::MatchArmGuard => "guard",
        Genre::StructField => "field",
    }
}

/// The condition that a mutant is switched on.
pub(crate) fn on(id: u32) -> String {
    format!("crate::mutant_switch::on({id})")
}

struct Planter<'a> {
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    at: BTreeMap<(Place, &'static str), Vec<&'a Mutant>>,
    /// How many constants this is inside of.
    constant: u32,
    /// Whether this is in a function that constants may call.
    callable: bool,
    maybe_constant: Vec<u32>,
    edits: Vec<Edit>,
}

impl Planter<'_> {
    fn offset(&self, place: proc_macro2::LineColumn) -> usize {
        let line = self.lines[place.line - 1];
        let rest = &self.text[line..];
        line + rest.char_indices().nth(place.column).map_or(rest.len(), |(offset, _)| offset)
    }

    fn range(&self, span: Span) -> (usize, usize) {
        (self.offset(span.start()), self.offset(span.end()))
    }

    /// The mutants that begin where this does.
    fn here(&mut self, span: Span, kind: &'static str) -> Vec<(u32, String)> {
        if self.constant > 0 {
            return Vec::new();
        }
        let start = span.start();
        let mutants = self.at.remove(&((start.line, start.column + 1), kind)).unwrap_or_default();
        if self.callable {
            self.maybe_constant.extend(mutants.iter().map(|mutant| mutant.id));
        }
        mutants.iter().map(|mutant| (mutant.id, mutant.replacement.clone())).collect()
    }

    fn add(&mut self, range: (usize, usize), pieces: Vec<Piece>) {
        self.edits.push(Edit { range, pieces });
    }

    /// A function that may answer at once.
    fn body(&mut self, signature: &Signature, block: &Block) {
        // One type only can stand behind `impl`.
        if matches!(&signature.output, ReturnType::Type(_, kind) if matches!(**kind, Type::ImplTrait(_))) {
            return;
        }
        let Some(first) = block.stmts.first() else { return };
        let mutants = self.here(first.span(), "body");
        if mutants.is_empty() {
            return;
        }
        let inside = self.offset(block.brace_token.span.open().end());
        let pieces = mutants.into_iter().map(|(id, value)| {
            Piece::Branch(id, vec![Piece::Text(format!("if {} {{ return {value}; }}", on(id)))])
        });
        self.add((inside, inside), pieces.collect());
    }

    fn in_a_constant(&mut self, visit: impl FnOnce(&mut Self)) {
        self.constant += 1;
        visit(self);
        self.constant -= 1;
    }

    fn arm(&mut self, arm: &Arm, caught: bool) {
        let end = self.range(arm.pat.span()).1;
        for (id, _) in if caught { self.here(arm.span(), "arm") } else { Vec::new() } {
            self.add((end, end), vec![Piece::Branch(id, vec![Piece::Text(format!(" if !{}", on(id)))])]);
        }
        if let Some((_, guard)) = &arm.guard {
            let range = self.range(guard.span());
            let mutants = self.here(guard.span(), "guard");
            let mut pieces = vec![Piece::Text("(".to_owned())];
            for (id, value) in &mutants {
                let condition = if value == "true" { format!("{} || ", on(*id)) } else { String::new() };
                pieces.push(Piece::Text(condition));
            }
            for (id, value) in &mutants {
                let condition = if value == "true" { String::new() } else { format!("!{} && ", on(*id)) };
                pieces.push(Piece::Text(condition));
            }
            pieces.extend([Piece::text("("), Piece::Live(range), Piece::text("))")]);
            if !mutants.is_empty() {
                let ids = mutants.iter().map(|(id, _)| *id).collect();
                self.add(range, vec![Piece::Shared(ids, pieces)]);
            }
        }
    }
}

/// Several switched branches and the text as it was.
fn branches(mutants: Vec<(u32, Vec<Piece>)>, otherwise: Vec<Piece>) -> Vec<Piece> {
    let ids = mutants.iter().map(|(id, _)| *id).collect();
    let mut pieces = vec![Piece::text("(")];
    for (id, mutated) in mutants {
        pieces.push(Piece::Text(format!("if {} {{ ", on(id))));
        pieces.push(Piece::Branch(id, mutated));
        pieces.push(Piece::text(" } else "));
    }
    pieces.push(Piece::text("{ "));
    pieces.extend(otherwise);
    pieces.push(Piece::text(" })"));
    vec![Piece::Shared(ids, pieces)]
}

/// Whether a condition binds something that is used after it.
fn binds(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(binary) => {
            matches!(binary.op, BinOp::And(_)) && (binds(&binary.left) || binds(&binary.right))
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Planter<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let before = std::mem::replace(&mut self.callable, item.sig.constness.is_some());
        self.body(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
        self.callable = before;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let before = std::mem::replace(&mut self.callable, item.sig.constness.is_some());
        self.body(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
        self.callable = before;
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.body(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.in_a_constant(|inside| visit::visit_item_const(inside, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.in_a_constant(|inside| visit::visit_impl_item_const(inside, item));
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.in_a_constant(|inside| visit::visit_trait_item_const(inside, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.in_a_constant(|inside| visit::visit_item_static(inside, item));
    }

    fn visit_type(&mut self, item: &'ast syn::Type) {
        self.in_a_constant(|inside| visit::visit_type(inside, item));
    }

    fn visit_variant(&mut self, item: &'ast syn::Variant) {
        self.in_a_constant(|inside| visit::visit_variant(inside, item));
    }

    fn visit_expr_const(&mut self, item: &'ast syn::ExprConst) {
        self.in_a_constant(|inside| visit::visit_expr_const(inside, item));
    }

    fn visit_expr_repeat(&mut self, item: &'ast syn::ExprRepeat) {
        self.visit_expr(&item.expr);
        self.in_a_constant(|inside| inside.visit_expr(&item.len));
    }

    fn visit_pat(&mut self, item: &'ast syn::Pat) {
        self.in_a_constant(|inside| visit::visit_pat(inside, item));
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let lets = matches!(binary.op, BinOp::And(_)) && (binds(&binary.left) || binds(&binary.right));
        let mutants = if lets { Vec::new() } else { self.here(binary.op.span(), "operator") };
        if !mutants.is_empty() {
            let (left, right) = (self.range(binary.left.span()), self.range(binary.right.span()));
            let mutated = mutants.into_iter().map(|(id, operator)| {
                (id, vec![Piece::Raw(left), Piece::Text(format!(" {operator} ")), Piece::Raw(right)])
            });
            let otherwise = vec![Piece::Live(left), Piece::Raw((left.1, right.0)), Piece::Live(right)];
            self.add((left.0, right.1), branches(mutated.collect(), otherwise));
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let mutants = self.here(unary.op.span(), "operator");
        if !mutants.is_empty() {
            let (start, operand) = (self.range(unary.op.span()).0, self.range(unary.expr.span()));
            let mutated = mutants.into_iter().map(|(id, _)| (id, vec![Piece::Raw(operand)]));
            let otherwise = vec![Piece::Raw((start, operand.0)), Piece::Live(operand)];
            self.add((start, operand.1), branches(mutated.collect(), otherwise));
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_match(&mut self, item: &'ast syn::ExprMatch) {
        // Without an arm for the rest no arm can be left out.
        let caught = item.arms.iter().any(|arm| matches!(arm.pat, syn::Pat::Wild(_)) && arm.guard.is_none());
        for arm in &item.arms {
            self.arm(arm, caught);
        }
        visit::visit_expr_match(self, item);
    }

    fn visit_expr_struct(&mut self, item: &'ast syn::ExprStruct) {
        let base = item.rest.as_ref().map(|rest| self.range(rest.span()));
        for field in &item.fields {
            let (Some(base), syn::Member::Named(name)) = (base, &field.member) else { continue };
            let mutants = self.here(field.span(), "field");
            if mutants.is_empty() {
                continue;
            }
            let value = self.range(field.expr.span());
            let mutated = mutants.into_iter().map(|(id, _)| {
                (id, vec![Piece::text("("), Piece::Raw(base), Piece::Text(format!(").{name}"))])
            });
            let mut pieces = branches(mutated.collect(), vec![Piece::Live(value)]);
            if field.colon_token.is_none() {
                pieces.insert(0, Piece::Text(format!("{name}: ")));
            }
            self.add(value, pieces);
        }
        visit::visit_expr_struct(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::render;

    fn planted(text: &str, mutants: &[(Genre, Place, &str)]) -> String {
        let mutants: Vec<Mutant> = (7..)
            .zip(mutants)
            .map(|(id, &(genre, start, replacement))| Mutant {
                id,
                name: String::new(),
                file: String::new(),
                genre,
                replacement: replacement.to_owned(),
                start,
            })
            .collect();
        let (edits, _) = edits(text, &mutants.iter().collect::<Vec<_>>()).unwrap();
        render(text, &edits).0.replace("crate::mutant_switch::on", "on")
    }

    #[test]
    fn every_genre_gets_its_switch() {
        let table = [
            (
                "fn f() -> u8 { 3 }",
                (Genre::FnValue, (1, 16), "0"),
                "fn f() -> u8 {if on(7) { return 0; } 3 }",
            ),
            (
                "fn f() { g(a < b) }",
                (Genre::BinaryOperator, (1, 14), "=="),
                "fn f() { g((if on(7) { a == b } else { a < b })) }",
            ),
            (
                "fn f() { g(!a) }",
                (Genre::UnaryOperator, (1, 12), ""),
                "fn f() { g((if on(7) { a } else { !a })) }",
            ),
            (
                "fn f() { match a { 1 => b, _ => c } }",
                (Genre::MatchArm, (1, 20), ""),
                "fn f() { match a { 1 if !on(7) => b, _ => c } }",
            ),
            (
                "fn f() { match a { 1 if d => b, _ => c } }",
                (Genre::MatchArmGuard, (1, 25), "true"),
                "fn f() { match a { 1 if (on(7) || (d)) => b, _ => c } }",
            ),
            (
                "fn f() { g(S { a: 1, ..b() }) }",
                (Genre::StructField, (1, 16), ""),
                "fn f() { g(S { a: (if on(7) { (b()).a } else { 1 }), ..b() }) }",
            ),
        ];
        for (text, mutant, expected) in table {
            assert_eq!(planted(text, &[mutant]), expected);
        }
    }

    #[test]
    fn what_cannot_be_switched_stays_as_it_is() {
        let table = [
            ("const A: u8 = 1 << 2;", (Genre::BinaryOperator, (1, 17), ">>")),
            ("fn f() -> impl Copy { 3 }", (Genre::FnValue, (1, 23), "0")),
            ("fn f() { if let Some(a) = b && c {} }", (Genre::BinaryOperator, (1, 29), "||")),
            ("fn f() { match a { 1 => b, _ if c => d, 2.. => e } }", (Genre::MatchArm, (1, 20), "")),
        ];
        for (text, mutant) in table {
            assert_eq!(planted(text, &[mutant]), text);
        }
    }
}
