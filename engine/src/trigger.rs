//! Triggers: orders that wait for a price.
