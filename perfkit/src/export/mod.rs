//! A run in other tools' formats, one file a format.
