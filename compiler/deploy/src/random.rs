//! Randomness for tokens and pauses, from the standard library's hash keys. Answers "how is a request made
//! unique?"; nothing here needs to be secret.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

/// A random number.
pub fn number() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A token that no other request has: letters, digits and hyphens, at most 128, beginning with a letter, as
/// `ClientRequestToken` and names of change sets want it
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html>).
pub fn token() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis()).unwrap_or_default();
    format!("slsc-{now}-{:016x}", number())
}
