//! The engine worker.

fn main() {
    outcry_web::worker::serve();
}
