//! Allocation: how an aggressor is shared among the orders of a price level.
