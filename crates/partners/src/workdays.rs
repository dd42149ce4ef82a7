//! Days as people at work count them: Monday to Friday. Holidays are not known here.

use jiff::civil::{Date, Weekday};

fn is_workday(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn step(day: Date, forward: bool) -> Date {
    let next = if forward { day.tomorrow() } else { day.yesterday() };
    // The calendar ends in the year 9999; there a day stays where it is.
    next.unwrap_or(day)
}

/// More days than this are the same as this: some twenty years.
const MOST: i64 = 5000;

fn walk(mut day: Date, days: i64, forward: bool) -> Date {
    for _ in 0..days.clamp(0, MOST) {
        day = step(day, forward);
        while !is_workday(day) && step(day, forward) != day {
            day = step(day, forward);
        }
    }
    day
}

/// The first workday from this day on.
fn from(day: Date) -> Date {
    if is_workday(day) { day } else { walk(day, 1, true) }
}

/// Workday `n` at work, counted from 1: day 1 is the day of the start or, if that is no workday, the next one.
pub fn of_work(start: Date, n: i64) -> Date {
    walk(from(start), n - 1, true)
}

/// So many workdays before a day.
pub fn before(day: Date, n: i64) -> Date {
    walk(day, n, false)
}

/// So many workdays after a day; with none, that day itself.
pub fn after(day: Date, n: i64) -> Date {
    walk(day, n, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn days_at_work_leave_out_the_week_end() {
        // 2026-03-02 is a Monday.
        assert_eq!(of_work(day("2026-03-02"), 1), day("2026-03-02"));
        assert_eq!(of_work(day("2026-03-02"), 5), day("2026-03-06"));
        assert_eq!(of_work(day("2026-03-02"), 6), day("2026-03-09"));
        assert_eq!(of_work(day("2026-03-07"), 1), day("2026-03-09"), "who starts on a Saturday is there on Monday");
        assert_eq!(before(day("2026-03-02"), 1), day("2026-02-27"));
        assert_eq!(before(day("2026-03-02"), 5), day("2026-02-23"));
        assert_eq!(after(day("2026-03-06"), 1), day("2026-03-09"));
        assert_eq!(after(day("2026-03-07"), 0), day("2026-03-07"));
        assert_eq!(of_work(day("9999-12-31"), 10), day("9999-12-31"), "the calendar ends, the count does not hang");
    }

    proptest! {
        #[test]
        fn counting_forth_and_back_leads_to_where_one_was(offset in 0_i64..3000, n in 1_i64..200) {
            let start = of_work(day("2024-01-01").checked_add(jiff::Span::new().days(offset)).unwrap(), 1);
            let there = after(start, n);
            prop_assert!(is_workday(there) && there > start);
            prop_assert_eq!(before(there, n), start);
        }
    }
}
