//! Expressions held against the calendar and against clocks that are put forward and back.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Cron;

fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

/// The next `count` ticks after a moment, as the clock of the zone shows them, with its offset.
fn ticks(cron: &str, place: &str, after: &str, count: usize) -> Vec<String> {
    let (cron, zone) = (Cron::parse(cron).unwrap(), zone(place));
    let mut time: Timestamp = after.parse().unwrap();
    let mut found = Vec::new();
    for _ in 0..count {
        let next = cron.next_after(time, &zone).unwrap();
        assert!(next > time, "{next} is not after {time}");
        found.push(next.to_zoned(zone.clone()).strftime("%m-%d %H:%M%:z").to_string());
        time = next;
    }
    found
}

const PARIS: &str = "Europe/Paris";
const NEW_YORK: &str = "America/New_York";

#[test]
fn a_time_of_the_day_that_is_skipped_in_spring_ticks_once_right_after_the_jump() {
    assert_eq!(
        ticks("30 2 * * *", PARIS, "2026-03-28T00:00:00Z", 3),
        ["03-28 02:30+01:00", "03-29 03:00+02:00", "03-30 02:30+02:00"]
    );
    assert_eq!(
        ticks("30 2 * * *", NEW_YORK, "2026-03-07T00:00:00Z", 3),
        ["03-07 02:30-05:00", "03-08 03:00-04:00", "03-09 02:30-04:00"]
    );
    // Several that are skipped are one; the one that is there anyway at that moment is the same.
    assert_eq!(
        ticks("0,20,40 2,3 * * *", PARIS, "2026-03-29T00:50:00Z", 3),
        ["03-29 03:00+02:00", "03-29 03:20+02:00", "03-29 03:40+02:00"]
    );
    assert_eq!(
        ticks("0 2,14 * * *", PARIS, "2026-03-28T20:00:00Z", 3),
        ["03-29 03:00+02:00", "03-29 14:00+02:00", "03-30 02:00+02:00"]
    );
    assert_eq!(
        ticks("0 */2 * * *", PARIS, "2026-03-28T23:30:00Z", 3),
        ["03-29 03:00+02:00", "03-29 04:00+02:00", "03-29 06:00+02:00"]
    );
}

#[test]
fn a_time_of_the_day_that_comes_twice_in_autumn_ticks_the_first_time_only() {
    assert_eq!(
        ticks("30 2 * * *", PARIS, "2026-10-24T10:00:00Z", 2),
        ["10-25 02:30+02:00", "10-26 02:30+01:00"]
    );
    assert_eq!(
        ticks("30 1 * * *", NEW_YORK, "2026-10-31T12:00:00Z", 2),
        ["11-01 01:30-04:00", "11-02 01:30-05:00"]
    );
    assert_eq!(
        ticks("15,45 2 * * *", PARIS, "2026-10-24T10:00:00Z", 3),
        ["10-25 02:15+02:00", "10-25 02:45+02:00", "10-26 02:15+01:00"]
    );
    // Asked in the middle of the hour that has come again.
    assert_eq!(
        ticks("30 2 * * *", PARIS, "2026-10-25T01:10:00Z", 1),
        ["10-26 02:30+01:00"]
    );
    assert_eq!(
        ticks("0 3 * * *", PARIS, "2026-10-25T00:10:00Z", 1),
        ["10-25 03:00+01:00"]
    );
}

#[test]
fn what_ticks_every_hour_ticks_in_every_real_hour() {
    assert_eq!(
        ticks("0 * * * *", PARIS, "2026-03-29T00:00:00Z", 2),
        ["03-29 03:00+02:00", "03-29 04:00+02:00"]
    );
    assert_eq!(
        ticks("30 * * * *", PARIS, "2026-10-24T23:45:00Z", 4),
        [
            "10-25 02:30+02:00",
            "10-25 02:30+01:00",
            "10-25 03:30+01:00",
            "10-25 04:30+01:00"
        ]
    );
    assert_eq!(
        ticks("0 0-23 * * *", NEW_YORK, "2026-11-01T04:30:00Z", 3),
        ["11-01 01:00-04:00", "11-01 01:00-05:00", "11-01 02:00-05:00"]
    );
    assert_eq!(
        ticks("*/20 1 * * *", NEW_YORK, "2026-11-01T04:30:00Z", 7),
        [
            "11-01 01:00-04:00",
            "11-01 01:20-04:00",
            "11-01 01:40-04:00",
            "11-01 01:00-05:00",
            "11-01 01:20-05:00",
            "11-01 01:40-05:00",
            "11-02 01:00-05:00",
        ]
    );
    assert_eq!(
        ticks("*/30 2 * * *", PARIS, "2026-03-28T20:00:00Z", 1),
        ["03-30 02:00+02:00"]
    );
    // Half an hour back, as on Lord Howe Island; and no hour lasts other than 60 minutes for long.
    assert_eq!(
        ticks("*/15 * * * *", "Australia/Lord_Howe", "2026-04-04T14:30:00Z", 5),
        [
            "04-05 01:45+11:00",
            "04-05 01:30+10:30",
            "04-05 01:45+10:30",
            "04-05 02:00+10:30",
            "04-05 02:15+10:30"
        ]
    );
}

#[test]
fn a_day_that_a_zone_leaves_out_ticks_once_after_it() {
    // Samoa went to bed on 29 December 2011 and rose on the 31st.
    assert_eq!(
        ticks("0 12 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", 3),
        ["12-29 12:00-10:00", "12-31 00:00+14:00", "12-31 12:00+14:00"]
    );
}

#[test]
fn midnight_that_is_skipped_ticks_at_the_first_moment_of_the_day() {
    assert_eq!(
        ticks("@daily", "America/Santiago", "2026-09-05T12:00:00Z", 2),
        ["09-06 01:00-03:00", "09-07 00:00-03:00"]
    );
}

#[test]
fn days_are_those_of_the_calendar() {
    let days = |cron: &str, after: &str, count: usize| {
        let (cron, mut time) = (Cron::parse(cron).unwrap(), after.parse::<Timestamp>().unwrap());
        (0..count)
            .map(|_| {
                time = cron.next_after(time, &TimeZone::UTC).unwrap();
                time.to_string().split_once('T').unwrap().0.to_owned()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        days("0 0 29 2 *", "2026-01-01T00:00:00Z", 3),
        ["2028-02-29", "2032-02-29", "2036-02-29"]
    );
    assert_eq!(days("0 0 29 2 *", "2096-03-01T00:00:00Z", 1), ["2104-02-29"]);
    assert_eq!(days("* * 29 2 *", "2026-01-01T00:00:00Z", 1), ["2028-02-29"]);
    assert_eq!(
        days("0 0 31 * *", "2026-01-31T00:00:00Z", 3),
        ["2026-03-31", "2026-05-31", "2026-07-31"]
    );
    assert_eq!(
        days("0 0 L * *", "2026-01-31T00:00:00Z", 3),
        ["2026-02-28", "2026-03-31", "2026-04-30"]
    );
    assert_eq!(
        days("0 0 1 jan,JUL *", "2026-01-01T00:00:00Z", 2),
        ["2026-07-01", "2027-01-01"]
    );
    assert_eq!(
        days("0 0 * * MON-FRI", "2026-11-20T00:00:00Z", 2),
        ["2026-11-23", "2026-11-24"]
    );
    assert_eq!(
        days("0 0 * * 7", "2026-11-20T00:00:00Z", 2),
        ["2026-11-22", "2026-11-29"]
    );
    assert_eq!(
        days("0 0 * * 1#2", "2026-11-20T00:00:00Z", 2),
        ["2026-12-14", "2027-01-11"]
    );
    assert_eq!(
        days("0 0 * * 5L", "2026-11-20T00:00:00Z", 2),
        ["2026-11-27", "2026-12-25"]
    );
    assert_eq!(days("0 0 ? * ?", "2026-11-20T00:00:00Z", 1), ["2026-11-21"]);
    assert_eq!(days("@weekly", "2026-11-20T00:00:00Z", 1), ["2026-11-22"]);
    assert_eq!(days("@MONTHLY", "2026-11-20T00:00:00Z", 1), ["2026-12-01"]);
    assert_eq!(days("@yearly", "2026-11-20T00:00:00Z", 1), ["2027-01-01"]);
}

#[test]
fn of_two_days_either_counts_unless_one_field_begins_with_a_star() {
    // 13 November 2026 is a Friday.
    assert_eq!(
        ticks("0 0 13 * FRI", "UTC", "2026-11-01T00:00:00Z", 3),
        ["11-06 00:00+00:00", "11-13 00:00+00:00", "11-20 00:00+00:00"]
    );
    assert_eq!(
        ticks("0 0 */13 * FRI", "UTC", "2026-11-01T00:00:00Z", 1),
        ["11-27 00:00+00:00"]
    );
    assert_eq!(
        ticks("0 0 30 2 MON", "UTC", "2026-02-01T00:00:00Z", 1),
        ["02-02 00:00+00:00"]
    );
}

#[test]
fn what_is_no_expression_is_refused_with_the_field_that_is_wrong() {
    for (cron, message) in [
        ("", "Give five fields"),
        ("* * * *", "Give five fields"),
        ("* * * * * *", "Give five fields"),
        ("0 0 1 1 * 2027", "Give five fields"),
        ("60 * * * *", "\"60\" is no minute: it takes 0-59"),
        ("-1 * * * *", "\"-1\" is no minute"),
        ("MON * * * *", "\"MON\" is no minute"),
        ("*/0 * * * *", "\"*/0\" is no minute"),
        ("1,,2 * * * *", "\"1,,2\" is no minute"),
        (", * * * *", "\",\" is no minute"),
        ("5-1 * * * *", "\"5-1\" is no minute"),
        ("5/10 * * * *", "\"5/10\" is no minute"),
        ("0 24 * * *", "\"24\" is no hour: it takes 0-23"),
        ("0 L * * *", "\"L\" is no hour"),
        ("0 0 0 * *", "\"0\" is no day of the month"),
        ("0 0 32 * *", "\"32\" is no day of the month"),
        ("0 0 MON * *", "\"MON\" is no day of the month"),
        ("0 0 1 13 *", "\"13\" is no month: it takes 1-12 or JAN-DEC"),
        ("0 0 1 FOO *", "\"FOO\" is no month"),
        ("0 0 * * 8", "\"8\" is no day of the week"),
        ("0 0 * * 1#6", "\"1#6\" is no day of the week"),
        ("@often", "@hourly"),
        ("@reboot", "@hourly"),
        ("é * * * *", "\"é\" is no minute"),
        ("99999999999999999999 * * * *", "is no minute"),
    ] {
        let refused = Cron::parse(cron).map(|found| found.text).unwrap_err();
        assert_eq!(refused.field, "cron");
        assert!(refused.message.contains(message), "{cron}: {}", refused.message);
    }
    assert!(Cron::parse(&"* ".repeat(200)).is_err());
}

#[test]
fn what_never_comes_is_refused() {
    for cron in ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "* * 30 FEB *", "0 0 31 4 */7"] {
        let refused = Cron::parse(cron).map(|found| found.text).unwrap_err();
        assert!(refused.message.contains("never run"), "{cron}: {}", refused.message);
    }
}

#[test]
fn any_moment_has_a_next_tick_in_every_zone() {
    let crons = [
        "* * * * *",
        "30 2 * * *",
        "0 0 * * *",
        "*/7 */5 */3 * *",
        "59 23 L * *",
        "0 1,2,3 * * SUN",
    ];
    let crons = crons.map(|cron| Cron::parse(cron).unwrap());
    let database = TimeZoneDatabase::bundled();
    for name in database.available() {
        let zone = database.get(name.as_str()).unwrap();
        for cron in &crons {
            // Each change of the clocks within two years, from a little before to a little after.
            let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
            for change in zone.following(start).take(4) {
                let mut time = change.timestamp() - jiff::SignedDuration::from_hours(26);
                for _ in 0..4 {
                    let next = cron.next_after(time, &zone);
                    assert!(next.is_some_and(|next| next > time), "{name} {cron:?} {time}");
                    time += jiff::SignedDuration::from_mins(13 * 60 + 7);
                }
            }
        }
    }
}

/// The ticks between two moments as Vixie's cron finds them: it wakes up every minute, and looks at every reading of the
/// clock that it has not seen yet. What follows real time is only held against the reading there is.
fn walked(cron: &Cron, zone: &TimeZone, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
    let minute = jiff::Span::new().minutes(1);
    let fits = |reading: &jiff::civil::DateTime| cron.pattern.is_time_matching(reading).unwrap();
    let mut seen = zone.to_datetime(from);
    let mut ticks = Vec::new();
    let mut time = from;
    while time < to {
        time = time.checked_add(minute).unwrap();
        let reading = zone.to_datetime(time);
        let is_tick = match cron.follows_elapsed_time {
            true => fits(&reading),
            false => {
                let mut is_any = false;
                while seen < reading {
                    seen = seen.checked_add(minute).unwrap();
                    is_any |= fits(&seen);
                }
                is_any
            }
        };
        if is_tick {
            ticks.push(time);
        }
    }
    ticks
}

#[test]
fn ticks_are_those_of_a_cron_that_looks_every_minute() {
    let crons = [
        "* * * * *",
        "*/7 * * * *",
        "30 * * * *",
        "15 */3 * * *",
        "0 0-23 * * *",
        "*/20 1-3 * * *",
        "30 2 * * *",
        "0 3 * * *",
        "59 1 * * *",
        "0,10,30,50 0,1,2,3 * * *",
        "0 0 * * SUN",
        "45 1,2 29 3 *",
        "@hourly",
        "@daily",
    ];
    for name in [
        PARIS,
        NEW_YORK,
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Africa/Casablanca",
        "Asia/Tehran",
        "UTC",
    ] {
        let zone = zone(name);
        let year: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let changes = zone.following(year).take(2).map(|change| change.timestamp());
        for around in changes.chain([year]) {
            let (from, to) = (
                around - jiff::SignedDuration::from_hours(30),
                around + jiff::SignedDuration::from_hours(30),
            );
            for text in crons {
                let cron = Cron::parse(text).unwrap();
                let ticks = std::iter::successors(Some(from), |last| cron.next_after(*last, &zone));
                let found: Vec<_> = ticks.skip(1).take_while(|tick| *tick <= to).collect();
                assert_eq!(
                    found,
                    walked(&cron, &zone, from, to),
                    "{text} in {name} around {around}"
                );
            }
        }
    }
}
