//! Transcripts of the command line, in `tests/cli/*.md`: a command, what it writes, and its exit status. The folder
//! `NAME.in` beside `NAME.md` is the service; where `NAME.out` stands, too, the files after the commands must be
//! those of it. `TRYCMD=overwrite` writes the pages anew.

use crate::support::binary;

#[test]
fn transcripts() {
    let cases = trycmd::TestCases::new();
    cases
        .env("NO_COLOR", "1")
        // 2026-03-25, a few days before the clocks change in Europe.
        .env("SOURCE_DATE_EPOCH", "1774440000")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_SHARED_CREDENTIALS_FILE", "none")
        .env("AWS_CONFIG_FILE", "none")
        .register_bin("slsc", binary())
        .case("cli/*.md")
        .run();
}
