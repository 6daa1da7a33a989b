//! The trading screen.
