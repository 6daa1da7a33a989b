//! The cash desk: sells one asset for money at a rate that is frozen into each order.
