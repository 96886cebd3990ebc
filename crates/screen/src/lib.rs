//! Windows and rules over payments and sessions, giving findings with reasons.
