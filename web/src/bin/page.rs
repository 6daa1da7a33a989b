//! The page.

fn main() {
    outcry_web::page::run();
}
