//! Scores whole populations: Arrow columns in, Arrow columns out, by the one formula of `uytin`.
