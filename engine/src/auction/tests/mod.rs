//! The price of an auction against worked examples and against a model.

mod examples;
mod model;
