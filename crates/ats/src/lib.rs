//! ats
