//! fulcrum
