//! Opens pictures and video in a cage: own process, no network, no files, limits.
