//! How long an application may stay at a stage: so many days since it came there, and it is overdue from the day after.

use crate::workdays;
use clock::Ms;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// What days are, and which one it is.
#[derive(Clone, Debug)]
pub struct Days {
    zone: TimeZone,
    today: Date,
    /// Only Monday to Friday count.
    workdays: bool,
}

/// Applications that came to a stage before the first moment are overdue, from there to before the second they are due today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub overdue_before: Ms,
    pub today_before: Ms,
}

fn plus(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).unwrap_or(day)
}

impl Days {
    pub fn new(now: Ms, zone: &str, workdays: bool) -> Self {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let today = Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(zone.clone()).date();
        Self { zone, today, workdays }
    }

    fn day_of(&self, at: Ms) -> Date {
        Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.zone.clone()).date()
    }

    fn start_of(&self, day: Date) -> Ms {
        Ms(day.to_zoned(self.zone.clone()).map_or(0, |start| start.timestamp().as_millisecond()))
    }

    fn due(&self, since: Date, days: i64) -> Date {
        if self.workdays { workdays::after(since, days) } else { plus(since, days) }
    }

    /// The day on which its time is over.
    pub fn due_on(&self, since: Ms, days: i64) -> Date {
        self.due(self.day_of(since), days)
    }

    /// When that day is over, ms.
    pub fn due_until(&self, since: Ms, days: i64) -> Ms {
        self.start_of(plus(self.due_on(since, days), 1))
    }

    /// How many days are left, or are over: 0 is today.
    pub fn left(&self, since: Ms, days: i64) -> i64 {
        self.today.until(self.due_on(since, days)).map_or(0, |span| i64::from(span.get_days()))
    }

    pub fn limits(&self, days: i64) -> Limits {
        // Of those that are due on one day the first came earliest: from there on back everything is overdue.
        let first_due_from = |day: Date| {
            let mut since = plus(day, -(days * 2 + 7) * i64::from(self.workdays) - days * i64::from(!self.workdays));
            while self.due(since, days) < day {
                since = plus(since, 1);
            }
            self.start_of(since)
        };
        Limits { overdue_before: first_due_from(self.today), today_before: first_due_from(plus(self.today, 1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn at(text: &str) -> Ms {
        Ms(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn fnd_34_fnd_o04_three_days_are_over_on_the_fourth_and_what_is_due_today_is_not_overdue() {
        let since = at("2026-03-02T15:00:00Z");
        for (now, left) in [("2026-03-04T23:00:00Z", 1), ("2026-03-05T23:59:00Z", 0), ("2026-03-06T00:00:00Z", -1)] {
            let days = Days::new(at(now), "UTC", false);
            assert_eq!(days.left(since, 3), left, "{now}");
            let limits = days.limits(3);
            assert_eq!(since < limits.overdue_before, left < 0, "{now}");
            assert_eq!(since < limits.today_before, left <= 0, "{now}");
        }
    }

    #[test]
    fn fnd_o04_only_days_at_work_count_where_that_is_chosen_and_a_day_is_one_where_people_are() {
        // A Friday: three days at work later it is Wednesday.
        let friday = at("2026-03-06T12:00:00Z");
        assert_eq!(Days::new(at("2026-03-11T12:00:00Z"), "UTC", true).left(friday, 3), 0);
        assert_eq!(Days::new(at("2026-03-11T12:00:00Z"), "UTC", false).left(friday, 3), -2);
        // 23:30 in Berlin is the day before in London, and a day in Tokyo began long ago.
        assert_eq!(Days::new(at("2026-03-03T22:30:00Z"), "Europe/Berlin", false).due_on(at("2026-03-02T23:30:00Z"), 1).to_string(), "2026-03-04");
        assert_eq!(Days::new(at("2026-03-03T22:30:00Z"), "Asia/Tokyo", false).left(at("2026-03-02T01:00:00Z"), 1), -1);
    }

    proptest! {
        #[test]
        fn fnd_o04_the_limits_say_of_everybody_what_counting_their_days_says(
            now in 20_000_i64..21_000, back in 0_i64..80_000_000_000, days in 0_i64..30, workdays: bool, zone in 0_usize..3,
        ) {
            let zone = ["UTC", "America/New_York", "Pacific/Auckland"][zone];
            let now = Ms(now * DAY + 12_345_678);
            let since = Ms(now.0 - back % (90 * DAY));
            let count = Days::new(now, zone, workdays);
            let (left, limits) = (count.left(since, days), count.limits(days));
            prop_assert_eq!(since < limits.overdue_before, left < 0);
            prop_assert_eq!(since < limits.today_before, left <= 0);
            prop_assert!(count.due_until(since, days) > since);
        }
    }
}
