//! Bands: tick tables, price bands, and the rules that interrupt trading.
