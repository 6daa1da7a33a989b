//! Call auctions: one price for all orders that wait.
