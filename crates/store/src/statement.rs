//! The text of statements over many rows or many keys, in few distinct shapes so that caches of
//! prepared statements work.
//!
//! SQLite takes `?`, PostgreSQL takes `$N`. SQLite takes `$N` too, but as a *name* that is looked
//! up in a linear list at each binding, which is quadratic in the parameters (see
//! `docs/decisions/0001-query-layer.md`).

use crate::connection::Dialect;

/// Cuts `count` rows into runs whose lengths are powers of two and at most `rows_max`, longest
/// first.
pub(crate) fn runs(count: usize, rows_max: usize) -> impl Iterator<Item = usize> {
    let mut left = count;
    let mut run = rows_max;
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        while run > left {
            run /= 2;
        }
        left -= run;
        Some(run)
    })
}

/// `INSERT INTO table(columns) VALUES (…),(…) tail` with `rows` × `width` placeholders.
pub(crate) fn insert(
    dialect: Dialect,
    table: &str,
    columns: &str,
    width: usize,
    rows: usize,
    tail: &str,
) -> String {
    let mut sql = String::with_capacity(64 + columns.len() + tail.len() + rows * (width * 6 + 3));
    sql.push_str("INSERT INTO ");
    sql.push_str(table);
    sql.push('(');
    sql.push_str(columns);
    sql.push_str(") VALUES ");
    for row in 0..rows {
        if row > 0 {
            sql.push(',');
        }
        list(&mut sql, dialect, row * width, width);
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// `head (?,?,…) tail` with `keys` placeholders: for `… WHERE key IN (…)`.
pub(crate) fn among(dialect: Dialect, head: &str, keys: usize, tail: &str) -> String {
    let mut sql = String::with_capacity(head.len() + tail.len() + keys * 6 + 8);
    sql.push_str(head);
    sql.push(' ');
    list(&mut sql, dialect, 0, keys);
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// `ON CONFLICT (key) DO UPDATE SET …` for every named column.
pub(crate) fn upsert(key: &str, columns: &[&str]) -> String {
    let set: Vec<_> = columns
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    format!("ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "))
}

/// `(?,?)` or `($5,$6)`: `width` placeholders after the first `before`.
fn list(sql: &mut String, dialect: Dialect, before: usize, width: usize) {
    sql.push('(');
    for column in 0..width {
        if column > 0 {
            sql.push(',');
        }
        match dialect {
            Dialect::Sqlite => sql.push('?'),
            Dialect::Postgres => {
                sql.push('$');
                sql.push_str(&(before + column + 1).to_string());
            }
        }
    }
    sql.push(')');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn statements_read_as_each_database_wants_them() {
        assert_eq!(
            insert(Dialect::Postgres, "t", "a,b", 2, 2, "x"),
            "INSERT INTO t(a,b) VALUES ($1,$2),($3,$4) x"
        );
        assert_eq!(
            insert(Dialect::Sqlite, "t", "a,b", 2, 2, ""),
            "INSERT INTO t(a,b) VALUES (?,?),(?,?) "
        );
        assert_eq!(
            among(
                Dialect::Sqlite,
                "SELECT a FROM t WHERE b IN",
                2,
                "ORDER BY a"
            ),
            "SELECT a FROM t WHERE b IN (?,?) ORDER BY a"
        );
    }

    proptest! {
        #[test]
        fn runs_cover_every_row_in_few_shapes(count in 0_usize..5000) {
            for rows_max in [Dialect::Sqlite.rows_max(), Dialect::Postgres.rows_max()] {
                let cut: Vec<_> = runs(count, rows_max).collect();
                prop_assert_eq!(cut.iter().sum::<usize>(), count);
                prop_assert!(cut.iter().all(|run| run.is_power_of_two() && *run <= rows_max));
            }
        }
    }
}
