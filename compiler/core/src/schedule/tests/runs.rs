//! Next runs as they are shown.

use super::super::{parse, show, words, zone};

/// The first runs after a moment, in a time zone.
fn next(text: &str, name: &str, after: &str, count: usize) -> Vec<String> {
    let parsed = parse(text, None);
    let now: jiff::Timestamp = after.parse().unwrap();
    show::runs(&parsed.expression.unwrap(), &zone::find(name).unwrap(), now.as_second(), count)
}

#[test]
fn each_day_in_utc() {
    assert_eq!(
        next("cron(0 12 * * ? *)", "UTC", "2026-01-30T12:00:00Z", 3),
        ["Sat 2026-01-31 12:00 UTC", "Sun 2026-02-01 12:00 UTC", "Mon 2026-02-02 12:00 UTC"]
    );
}

#[test]
fn berlin_skips_an_hour_and_repeats_one() {
    assert_eq!(
        next("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T00:00:00Z", 2),
        ["Sat 2026-03-28 02:30 CET (01:30 UTC)", "Mon 2026-03-30 02:30 CEST (00:30 UTC)"]
    );
    assert_eq!(
        next("cron(0/30 * * * ? *)", "Europe/Berlin", "2026-03-29T00:15:00Z", 2),
        ["Sun 2026-03-29 01:30 CET (00:30 UTC)", "Sun 2026-03-29 03:00 CEST (01:00 UTC)"]
    );
    assert_eq!(
        next("cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T23:00:00Z", 2),
        ["Sun 2026-10-25 02:30 CEST (00:30 UTC)", "Mon 2026-10-26 02:30 CET (01:30 UTC)"]
    );
    // Between the two times that the clock shows 02:30, there is no further run.
    assert_eq!(
        next("cron(0/30 2,3 * * ? *)", "Europe/Berlin", "2026-10-25T00:30:00Z", 1),
        ["Sun 2026-10-25 03:00 CET (02:00 UTC)"]
    );
}

#[test]
fn new_york_and_its_clocks() {
    assert_eq!(
        next("cron(0 9 ? * MON-FRI *)", "America/New_York", "2026-03-06T20:00:00Z", 2),
        ["Mon 2026-03-09 09:00 EDT (13:00 UTC)", "Tue 2026-03-10 09:00 EDT (13:00 UTC)"]
    );
    assert_eq!(
        next("cron(30 2 8 3 ? *)", "America/New_York", "2026-01-01T00:00:00Z", 1),
        ["Mon 2027-03-08 02:30 EST (07:30 UTC)"]
    );
    assert_eq!(
        next("cron(30 1 1 11 ? *)", "America/New_York", "2026-01-01T00:00:00Z", 1),
        ["Sun 2026-11-01 01:30 EDT (05:30 UTC)"]
    );
}

#[test]
fn lord_howe_moves_by_half_an_hour() {
    assert_eq!(
        next("cron(15 2 * * ? *)", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2),
        [
            "Mon 2026-10-05 02:15 +11 (2026-10-04 15:15 UTC)",
            "Tue 2026-10-06 02:15 +11 (2026-10-05 15:15 UTC)"
        ]
    );
    assert_eq!(
        next("cron(45 1 * * ? *)", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", 2),
        [
            "Sun 2026-04-05 01:45 +11 (2026-04-04 14:45 UTC)",
            "Mon 2026-04-06 01:45 +1030 (2026-04-05 15:15 UTC)"
        ]
    );
}

#[test]
fn days_that_depend_on_the_month() {
    let days = |text: &str, after: &str| -> Vec<String> {
        next(text, "UTC", after, 3).iter().map(|it| it.chars().take(14).collect()).collect()
    };
    let start = "2026-01-01T00:00:00Z";
    assert_eq!(days("cron(0 12 L * ? *)", start), ["Sat 2026-01-31", "Sat 2026-02-28", "Tue 2026-03-31"]);
    assert_eq!(days("cron(0 12 L-2 * ? *)", start), ["Thu 2026-01-29", "Thu 2026-02-26", "Sun 2026-03-29"]);
    assert_eq!(days("cron(0 12 LW * ? *)", start), ["Fri 2026-01-30", "Fri 2026-02-27", "Tue 2026-03-31"]);
    assert_eq!(days("cron(0 12 15W * ? *)", start), ["Thu 2026-01-15", "Mon 2026-02-16", "Mon 2026-03-16"]);
    assert_eq!(days("cron(0 12 1W * ? *)", start), ["Thu 2026-01-01", "Mon 2026-02-02", "Mon 2026-03-02"]);
    assert_eq!(days("cron(0 12 31W * ? *)", start), ["Fri 2026-01-30", "Tue 2026-03-31", "Fri 2026-05-29"]);
    assert_eq!(days("cron(0 12 ? * 6L *)", start), ["Fri 2026-01-30", "Fri 2026-02-27", "Fri 2026-03-27"]);
    assert_eq!(days("cron(0 12 ? * L *)", start), ["Sat 2026-01-03", "Sat 2026-01-10", "Sat 2026-01-17"]);
    assert_eq!(days("cron(0 12 ? * 2#1 *)", start), ["Mon 2026-01-05", "Mon 2026-02-02", "Mon 2026-03-02"]);
    assert_eq!(days("cron(0 12 ? * FRI#5 *)", start), ["Fri 2026-01-30", "Fri 2026-05-29", "Fri 2026-07-31"]);
    assert_eq!(days("cron(0 12 29 2 ? *)", start), ["Tue 2028-02-29", "Sun 2032-02-29", "Fri 2036-02-29"]);
    assert_eq!(
        days("cron(0 12 ? * FRI-MON *)", start),
        ["Fri 2026-01-02", "Sat 2026-01-03", "Sun 2026-01-04"]
    );
}

#[test]
fn what_ends_ends() {
    assert_eq!(
        next("cron(0 0 1 1 ? 2026,2028)", "UTC", "2026-01-01T00:00:00Z", 5),
        ["Sat 2028-01-01 00:00 UTC"]
    );
    assert_eq!(next("cron(0 0 30 2 ? *)", "UTC", "2026-01-01T00:00:00Z", 5), Vec::<String>::new());
    let once = "at(2026-07-01T08:30:15)";
    assert_eq!(
        next(once, "Asia/Kolkata", "2026-01-01T00:00:00Z", 5),
        ["Wed 2026-07-01 08:30:15 IST (03:00:15 UTC)"]
    );
    assert_eq!(next(once, "Asia/Kolkata", "2026-07-01T03:00:15Z", 5), Vec::<String>::new());
    assert_eq!(next("rate(5 minutes)", "UTC", "2026-01-01T00:00:00Z", 5), Vec::<String>::new());
}

#[test]
fn words_say_when() {
    let said = |text: &str| words::of(&parse(text, None).expression.unwrap());
    let rows = [
        ("rate(1 minute)", "every minute, counted from when the schedule is created"),
        ("rate(12 hours)", "every 12 hours, counted from when the schedule is created"),
        ("at(2030-01-31T12:00:00)", "once, on 2030-01-31 at 12:00:00"),
        ("cron(0 12 * * ? *)", "at 12:00 every day"),
        ("cron(0,30 8,17 ? * MON-FRI *)", "at 08:00, 08:30, 17:00 and 17:30 on Monday to Friday"),
        ("cron(0/15 * * * ? *)", "every 15 minutes every day"),
        ("cron(0/7 * * * ? *)", "at minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 every day"),
        ("cron(* 12 * * ? *)", "every minute from 12:00 to 12:59 every day"),
        ("cron(0/10 8-17 ? * MON-FRI *)", "every 10 minutes from 08:00 to 17:59 on Monday to Friday"),
        ("cron(0 * ? * SUN *)", "at the start of every hour on Sunday"),
        (
            "cron(5 0/2 * * ? *)",
            "at minute 5 of the hours 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 22 every day",
        ),
        ("cron(0 0 1 * ? *)", "at 00:00 on day 1 of the month"),
        (
            "cron(0 0 1-5,15 JAN,7 ? 2027)",
            "at 00:00 on the days 1 to 5 and 15 of the month, in January and July, in 2027",
        ),
        ("cron(0 0 L * ? *)", "at 00:00 on the last day of the month"),
        (
            "cron(0 0 15W * ? *)",
            "at 00:00 on the day of Monday to Friday that is nearest to day 15 of the month",
        ),
        ("cron(0 0 ? * THUL *)", "at 00:00 on the last Thursday of the month"),
        ("cron(0 0 ? * MON#1 *)", "at 00:00 on the first Monday of the month"),
    ];
    for (text, words) in rows {
        assert_eq!(said(text), words, "{text}");
    }
}
