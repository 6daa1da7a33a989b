//! Orders from a CSV file with the columns `orderId,symbol,side,amount,price`.
//!
//! [`check`] reads the whole file against an exchange and changes nothing; what is wrong comes back with row and
//! column, all of it at once. The [`Plan`] that a good file gives is then placed order by order by [`Loading`],
//! which can be stopped between orders and takes back what it placed.

mod field;
mod funds;
mod loading;
mod plan;

pub use loading::{Loading, Placed, Refused, Undone};
pub use plan::{
    COLUMNS, Duplicates, MAX_ERRORS, MAX_FIELD, MAX_ROWS, Options, Plan, PlannedOrder, Rejected, RowError,
    View, check,
};
