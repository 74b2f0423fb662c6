//! The SQL statements.

use super::tables::{Layout, Table};

/// Queries the columns of all tables at once: table, name and type, separated by tabs. A `DESCRIBE` for each table
/// would be seven requests at the start of a function.
pub fn columns(database: &str, prefix: &str) -> String {
    let tables: Vec<String> = Table::ALL.iter().map(|table| literal(&name(prefix, *table))).collect();
    format!(
        "SELECT table, name, type FROM system.columns WHERE database = {} AND table IN ({}) \
         AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') FORMAT TabSeparatedRaw",
        literal(database),
        tables.join(", ")
    )
}

/// The layouts of all tables, from the response.
pub fn layouts(answer: &str, prefix: &str, json: bool) -> Vec<Layout> {
    let rows: Vec<[&str; 3]> = answer.lines().filter_map(columns_of_line).collect();
    let layout = |table: &Table| {
        let name = name(prefix, *table);
        let known: Vec<(&str, &str)> = rows
            .iter()
            .filter(|row| row[0] == name)
            .map(|row| (row[1], row[2]))
            .collect();
        let layout = Layout::new(*table, &known, json);
        match layout.names.is_empty() {
            // No known columns: the error of the insert will show the problem.
            true => Layout::new(*table, &[], json),
            false => layout,
        }
    };
    Table::ALL.iter().map(layout).collect()
}

fn columns_of_line(line: &str) -> Option<[&str; 3]> {
    let mut parts = line.splitn(3, '\t');
    Some([parts.next()?, parts.next()?, parts.next()?])
}

/// Inserts rows that follow in the request's body.
pub fn insert(database: &str, prefix: &str, table: Table, columns: &str) -> String {
    let (database, table) = (identifier(database), identifier(&name(prefix, table)));
    format!("INSERT INTO {database}.{table} ({columns}) FORMAT RowBinary")
}

fn name(prefix: &str, table: Table) -> String {
    format!("{prefix}_{}", table.suffix())
}

fn identifier(name: &str) -> String {
    quoted(name, '`')
}

fn literal(text: &str) -> String {
    quoted(text, '\'')
}

fn quoted(text: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    for character in text.chars() {
        if character == '\\' || character == quote {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push(quote);
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(
            insert("d`b", "p\\", Table::Sum, "`a`, `b`"),
            "INSERT INTO `d\\`b`.`p\\\\_metrics_sum` (`a`, `b`) FORMAT RowBinary"
        );
        let sql = columns("it's", "otel");
        assert!(sql.contains("database = 'it\\'s' AND table IN ('otel_logs', 'otel_traces', 'otel_metrics_gauge'"));
    }

    #[test]
    fn layouts_follow_the_answer() {
        let answer = "otel_logs\tTimestamp\tDateTime64(9)\notel_logs\tBody\tString\notel_traces\tOther\tString\n";
        let layouts = layouts(answer, "otel", false);
        assert_eq!(layouts[Table::Logs as usize].names, "`Timestamp`, `Body`");
        let made = Layout::new(Table::Traces, &[], false);
        assert_eq!(layouts[Table::Traces as usize], made);
        assert_eq!(layouts.len(), 7);
    }
}
