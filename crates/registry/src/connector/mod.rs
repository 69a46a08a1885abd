//! The EPP client side.
