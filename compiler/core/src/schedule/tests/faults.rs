//! What is wrong with an expression, with the characters it is about.

use super::super::{parse, zone};
use crate::shape::grammar::Fault;

fn shown(text: &str, faults: &[Fault]) -> Vec<String> {
    let one = |it: &Fault| {
        let meant = it.instead.as_ref().map_or(String::new(), |it| format!(" => {it}"));
        format!("{} `{}`: {}{meant}", it.severity.word(), &text[it.within.clone()], it.message)
    };
    faults.iter().map(one).collect()
}

fn faults(text: &str) -> Vec<String> {
    shown(text, &parse(text, Some(1_780_000_000)).faults)
}

#[test]
fn what_is_right_has_no_faults() {
    for text in [
        "rate(1 minute)",
        "rate(5 minutes)",
        "rate(1 hour)",
        "rate(60 minutes)",
        "rate(90 minutes)",
        "cron(0 12 * * ? *)",
        "cron(0/15 * ? * MON-FRI *)",
        "cron(15,45 8-17/3 1,15 JAN-JUN ? 2026-2030)",
        "cron(0 0/2 ? * MON-FRI *)",
        "cron(0 10 L * ? *)",
        "cron(0 10 3W * ? *)",
        "cron(0 10 ? * 6L *)",
        "cron(0 10 ? * FRI#2 *)",
        "cron(0 18 ? * L *)",
        "cron(05 08 * * ? *)",
        "cron(30 * ? * 2-6 2199)",
        "at(2099-12-31T23:59:59)",
    ] {
        assert_eq!(faults(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn rates() {
    let rows = [
        ("rate(1 minutes)", "error `minutes`: `1` goes with `minute`, not `minutes` => rate(1 minute)"),
        ("rate(5 minute)", "error `minute`: `5` goes with `minutes`, not `minute` => rate(5 minutes)"),
        ("rate(0 minutes)", "error `0`: a rate is at least 1"),
        ("rate(05 minutes)", "error `05`: a rate has no zeros in front => rate(5 minutes)"),
        ("rate(1.5 hours)", "error `1.5`: `1.5` is not a whole number"),
        ("rate(-1 hours)", "error `-1`: `-1` is not a whole number"),
        ("rate(2 weeks)", "error `weeks`: `weeks` is not a unit of a rate => rate(14 days)"),
        ("rate(5 mins)", "error `mins`: `mins` is not a unit of a rate => rate(5 minutes)"),
        ("rate(5 Minutes)", "error `Minutes`: units are written in small letters => rate(5 minutes)"),
        ("rate(5minutes)", "error `5minutes`: a rate is a number and a unit"),
        ("rate(5  minutes)", "error `  `: there is not exactly one space here"),
        ("rate( 5 minutes)", "error ` `: there is not exactly one space here"),
        ("rate(5 minutes", "error `s`: the parenthesis is not closed => rate(5 minutes)"),
        ("rate(5 minutes) ", "error ` `: there is something behind the schedule => rate(5 minutes)"),
        ("Rate(5 minutes)", "error `Rate`: `Rate` is not `rate` => rate(5 minutes)"),
        ("rat(5 minutes)", "error `rat`: no schedule is called `rat`"),
        ("5 minutes", "error `5 minutes`: `5 minutes` is not a schedule => rate(5 minutes)"),
        ("", "error ``: `` is not a schedule"),
        ("rate(1 day)", "hint `1 day`: it runs at the time of day at which it was created"),
    ];
    for (text, fault) in rows {
        assert_eq!(faults(text), [fault], "{text}");
    }
}

#[test]
fn fields() {
    let rows = [
        ("cron(61 12 * * ? *)", "error `61`: `61` is out of range: minutes go from 0 to 59"),
        ("cron(0 25 * * ? *)", "error `25`: `25` is out of range: hours go from 0 to 23"),
        ("cron(0 8,24 * * ? *)", "error `24`: `24` is out of range: hours go from 0 to 23"),
        ("cron(0 0 0 * ? *)", "error `0`: `0` is out of range: days go from 1 to 31"),
        ("cron(0 0 1 13 ? *)", "error `13`: `13` is out of range: months go from 1 to 12"),
        ("cron(0 0 ? * 0 *)", "error `0`: `0` is out of range: days of the week go from 1 to 7"),
        ("cron(0 0 ? * MON-8 *)", "error `8`: `8` is out of range: days of the week go from 1 to 7"),
        ("cron(0 0 * * ? 1969)", "error `1969`: `1969` is out of range: years go from 1970 to 2199"),
        ("cron(0 0 ? * Monday *)", "error `Monday`: `Monday` is not a value of day-of-week"),
        ("cron(0 0 1 FOO ? *)", "error `FOO`: `FOO` is not a value of month"),
        ("cron(0 0 ? * mon *)", "hint `mon`: AWS documents names in capital letters only"),
        ("cron(0 0 1,,3 * ? *)", "error ``: an item of the list is missing"),
        ("cron(0 0 1- * ? *)", "error ``: a value of day-of-month is missing"),
        ("cron(? 0 * * ? *)", "error `?`: minutes cannot be `?`"),
        ("cron(L 0 * * ? *)", "error `L`: minutes has no `L`"),
        ("cron(0 0 15L * ? *)", "error `15L`: `L` of day-of-month stands alone"),
        ("cron(0 0 ? * 3W *)", "error `3W`: day-of-week has no `W`"),
        ("cron(0 0 1-5W * ? *)", "error `1-5W`: `W` stands behind a single day"),
        ("cron(0 0 2#1 * ? *)", "error `2#1`: day-of-month has no `#`"),
        ("cron(0 0 ? * 3#1,6#3 *)", "error `3#1,6#3`: a field with `#` takes one expression only"),
        ("cron(0/0 0 * * ? *)", "error `0`: `0` is not a step"),
        ("cron(0/x 0 * * ? *)", "error `x`: `x` is not a step"),
        ("cron(*/60 0 * * ? *)", "warning `60`: a step of 60 leaves the minutes at once"),
        ("cron(0 0 ? * 2/2 *)", "warning `/`: day-of-week has a step"),
        ("cron(0 12 * * ? 2090-2040)", "warning `2090-2040`: `2090-2040` goes beyond the end of year"),
        ("cron(0 0 ? * MON#6 *)", "warning `6`: a month has no weekday number 6"),
        ("cron(0 0 L-3 * ? *)", "warning `L-3`: `L` has days before it: `L-3`"),
        ("cron(0 0 * * * *)", "error `*`: day-of-week has to be `?` here => cron(0 0 * * ? *)"),
        ("cron(0 0 * * MON *)", "error `*`: day-of-month has to be `?` here => cron(0 0 ? * MON *)"),
        ("cron(0 0 1 * * *)", "error `*`: day-of-week has to be `?` here => cron(0 0 1 * ? *)"),
        ("cron(0 0 1 * MON *)", "error `MON`: days of the month and of the week are both given"),
        ("cron(0 0 ? * ? *)", "warning `?`: both fields for days are `?` => cron(0 0 * * ? *)"),
    ];
    for (text, fault) in rows {
        let found = faults(text);
        assert_eq!(found.first().map(String::as_str), Some(fault), "{text}: {found:?}");
    }
}

#[test]
fn every_field_is_told_of() {
    assert_eq!(
        faults("cron(60 24 32 13 ? 1)").iter().map(|it| it.split('`').nth(1).unwrap()).collect::<Vec<_>>(),
        ["60", "24", "32", "13", "1"]
    );
}

#[test]
fn lines_of_crontab() {
    let meant = |text: &str| parse(text, None).faults[0].instead.clone().unwrap_or_default();
    assert_eq!(meant("cron(0 12 * * *)"), "cron(0 12 * * ? *)");
    assert_eq!(meant("*/5 * * * *"), "cron(0/5 * * * ? *)");
    assert_eq!(meant("cron(0 9 * * 1-5)"), "cron(0 9 ? * MON-FRI *)");
    assert_eq!(meant("0 9 * * 5-7"), "cron(0 9 ? * FRI,SAT,SUN *)");
    assert_eq!(meant("0 9 * * 0,3"), "cron(0 9 ? * SUN,WED *)");
    assert_eq!(meant("0 9 * * */2"), "cron(0 9 ? * SUN,TUE,THU,SAT *)");
    assert_eq!(meant("0 0 1 1 *"), "cron(0 0 1 1 ? *)");
    assert_eq!(meant("@daily"), "cron(0 0 * * ? *)");
    // Days of the month or of the week: no single schedule does that.
    assert_eq!(meant("0 0 1 * 1"), "");
    assert_eq!(meant("0 0 * * 9"), "");
    assert_eq!(meant("0 12 * * ? *"), "cron(0 12 * * ? *)");
    assert_eq!(
        faults("cron(0 0 12 * * ? *)"),
        ["error `0 0 12 * * ? *`: a `cron` schedule has six fields, here are 7 fields"]
    );
}

#[test]
fn moments() {
    let rows = [
        ("at(2030-13-01T00:00:00)", "error `2030-13-01`: there is no day `2030-13-01`"),
        ("at(2030-02-30T00:00:00)", "error `2030-02-30`: there is no day `2030-02-30`"),
        ("at(2030-01-01T24:00:00)", "error `24:00:00`: there is no time `24:00:00`"),
        ("at(2030-01-01T12:00)", "error `12:00`: `12:00` is not a time of day => at(2030-01-01T12:00:00)"),
        (
            "at(2030-01-01T12:00:00Z)",
            "error `Z`: `Z` does not belong to a time here => at(2030-01-01T12:00:00)",
        ),
        (
            "at(2030-01-01T12:00:00.5)",
            "error `.5`: `.5` does not belong to a time here => at(2030-01-01T12:00:00)",
        ),
        (
            "at(2030-01-01 12:00:00)",
            "error `2030-01-01 12:00:00`: `2030-01-01 12:00:00` is not a date and a time => at(2030-01-01T12:00:00)",
        ),
        ("at(tomorrow)", "error `tomorrow`: `tomorrow` is not a date and a time"),
        ("at(2026-05-01T00:00:00)", "warning `2026-05-01T00:00:00`: this time has passed"),
    ];
    for (text, fault) in rows {
        assert_eq!(faults(text), [fault], "{text}");
    }
}

#[test]
fn what_never_runs_and_what_surprises() {
    let rows = [
        ("cron(0 0 30 2 ? *)", "warning `30 2`: no month that it names has such a day, so it never runs"),
        ("cron(0 0 31 4,6 ? *)", "warning `31 4,6`: no month that it names has such a day, so it never runs"),
        ("cron(0 0 29 2 ? 2027)", "warning `2027`: none of these years has a February 29"),
        ("cron(0 0 * * ? 2020-2025)", "warning `2020-2025`: its last run was in 2025"),
        ("cron(0 0 1 3 ? 2026)", "warning `2026`: its last run was in 2026"),
        ("cron(0 0 29 2 ? *)", "hint `29`: it runs in leap years only"),
        ("cron(0 0 31 * ? *)", "hint `31`: months without a day 31 are skipped"),
        ("cron(0 0 ? * MON#5 *)", "hint `MON#5`: months with four such days are skipped"),
        ("cron(0/7 * * * ? *)", "hint `0/7`: after minute 56 comes minute 0 of the next hour"),
        ("cron(0 */5 * * ? *)", "hint `*/5`: after hour 20 comes hour 0 of the next day"),
        ("cron(0 0 1/2 * ? *)", "hint `1/2`: each month begins anew, so the interval changes at its end"),
        ("cron(* 3 * * ? *)", "hint `*`: it runs each minute of the hour, 60 times"),
        ("cron(0 9 ? * 1-5 *)", "hint `1-5`: `1-5` is Sunday to Thursday here"),
    ];
    for (text, fault) in rows {
        assert_eq!(faults(text), [fault], "{text}");
    }
}

#[test]
fn a_long_expression_is_too_long() {
    let list: Vec<String> = (0..60).map(|it| it.to_string()).collect();
    let hours: Vec<String> = (0..24).map(|it| it.to_string()).collect();
    let days: Vec<String> = (1..29).map(|it| it.to_string()).collect();
    let text = format!("cron({} {} {} * ? *)", list.join(","), hours.join(","), days.join(","));
    assert!(faults(&text)[0].contains("characters are not between 1 and 256"), "{:?}", faults(&text));
}

#[test]
fn time_zones() {
    let faults = |text: &str| shown(text, &zone::check(text));
    for text in
        ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5", "US/Pacific", "EST5EDT"]
    {
        assert_eq!(faults(text), Vec::<String>::new());
    }
    assert_eq!(faults("Berlin"), ["error `Berlin`: there is no time zone `Berlin` => Europe/Berlin"]);
    assert_eq!(
        faults("America/New York"),
        ["error `America/New York`: there is no time zone `America/New York` => America/New_York"]
    );
    assert_eq!(faults("PST"), ["error `PST`: there is no time zone `PST` => America/Los_Angeles"]);
    assert_eq!(faults("utc"), ["warning `utc`: there is no time zone `utc` => UTC"]);
    assert_eq!(faults("Not A/Zone!!"), ["error `Not A/Zone!!`: there is no time zone `Not A/Zone!!`"]);
    assert_eq!(faults(""), ["error ``: 0 characters are not between 1 and 50"]);
}
