//! Times as people read them. Dates are written so that nobody mistakes the month for the day.

use clock::Ms;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Days since the epoch as year, month, day (the civil calendar, after Howard Hinnant's description of it).
fn civil(days: i64) -> (i64, usize, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), usize::try_from(month).unwrap_or(1), doy - (153 * mp + 2) / 5 + 1)
}

/// `4 Mar 2026`
#[must_use]
pub fn date(at: Ms) -> String {
    let (year, month, day) = civil(at.0.div_euclid(86_400_000));
    format!("{day} {} {year}", MONTHS[month - 1])
}

/// `2026-03-04`, as date inputs want it.
#[must_use]
pub fn day(at: Ms) -> String {
    let (year, month, day) = civil(at.0.div_euclid(86_400_000));
    format!("{year:04}-{month:02}-{day:02}")
}

/// `4 Mar 2026, 09:30:15 UTC`
#[must_use]
pub fn moment(at: Ms) -> String {
    let seconds = at.0.rem_euclid(86_400_000) / 1000;
    format!("{}, {:02}:{:02}:{:02} UTC", date(at), seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `3 min ago`, `in 2 h`, `just now`
#[must_use]
pub fn moment_in_words(at: Ms, now: Ms) -> String {
    let (seconds, past) = if at <= now { (now.since(at).as_secs(), true) } else { (at.since(now).as_secs(), false) };
    let span = match seconds {
        0..=4 if past => return "just now".to_owned(),
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    };
    if past { format!("{span} ago") } else { format!("in {span}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_people_write_them() {
        assert_eq!(moment(Ms(0)), "1 Jan 1970, 00:00:00 UTC");
        assert_eq!(moment(Ms(1_772_442_000_000)), "2 Mar 2026, 09:00:00 UTC");
        assert_eq!(date(Ms(951_782_400_000)), "29 Feb 2000");
        assert_eq!(date(Ms(-1)), "31 Dec 1969");
        assert_eq!(moment_in_words(Ms(0), Ms(200_000)), "3 min ago");
        assert_eq!(moment_in_words(Ms(200_000), Ms(0)), "in 3 min");
    }
}
