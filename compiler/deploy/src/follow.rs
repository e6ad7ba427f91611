//! Follows an operation of CloudFormation until the stack rests: events as they come, through throttling and lost
//! connections. Answers "what is happening, and how did it end?".

use std::collections::HashSet;
use std::time::Duration;

use crate::aws::{Aws, AwsError, Cause, Stack};
use crate::error::{Error, ErrorKind};
use crate::event::{Event, StackEvent};
use crate::options::Poll;
use crate::random;
use crate::status::is_running;

/// Where in the history of a stack an operation begins: its events come after these.
#[derive(Debug, Clone, Default)]
pub struct Mark {
    last: Option<String>,
    seen: HashSet<String>,
}

impl Mark {
    /// Marks the present end of the history.
    pub async fn now<A: Aws>(aws: &A, stack_id: &str) -> Result<Self, AwsError> {
        let page = aws.stack_events(stack_id, None).await?;
        let last = page.events.first().map(|event| event.id.clone());
        Ok(Self { last, seen: page.events.into_iter().map(|event| event.id).collect() })
    }

    /// The events since the mark, oldest first; moves the mark.
    async fn advance<A: Aws>(&mut self, aws: &A, stack_id: &str) -> Result<Vec<StackEvent>, AwsError> {
        let mut fresh = Vec::new();
        let mut next = None;
        let mut reached = self.last.is_none();
        loop {
            let page = aws.stack_events(stack_id, next).await?;
            for event in page.events {
                if self.seen.contains(&event.id) {
                    reached = true;
                    break;
                }
                fresh.push(event);
            }
            next = page.next;
            if next.is_none() || (reached && self.last.is_some()) {
                break;
            }
        }
        // A cut answer parses as a shorter list; without the known event at its end it is not whole.
        if !reached {
            let message = "The list of events was cut short".to_owned();
            let operation = "DescribeStackEvents";
            return Err(AwsError { operation, cause: Cause::Network, code: String::new(), message });
        }
        if let Some(newest) = fresh.first() {
            self.last = Some(newest.id.clone());
        }
        self.seen.extend(fresh.iter().map(|event| event.id.clone()));
        fresh.reverse();
        Ok(fresh)
    }
}

/// How an operation ended.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The stack at rest.
    pub stack: Stack,
    /// The events of the operation, oldest first.
    pub events: Vec<StackEvent>,
}

/// What was seen of an operation so far.
#[derive(Debug, Default)]
struct Progress {
    events: Vec<StackEvent>,
    /// Questions in a row without news.
    quiet: u32,
    /// Whether anything showed that AWS has begun.
    started: bool,
    /// Whether the stack was seen in a state that a rollback usually leaves at once.
    failed: bool,
}

/// An operation that is followed.
#[derive(Debug)]
pub struct Follow<'a, A> {
    /// AWS.
    pub aws: &'a A,
    /// ARN of the stack; a name would lose sight of a deleted stack.
    pub stack_id: &'a str,
    /// Token of the request that began the operation.
    pub token: &'a str,
    /// How often to ask.
    pub poll: Poll,
}

impl<A: Aws> Follow<'_, A> {
    /// Follows until the stack rests.
    ///
    /// # Errors
    /// When AWS cannot be asked any more. The operation itself then goes on, and the error says so.
    pub async fn to_the_end(&self, mut mark: Mark, on_event: &mut dyn FnMut(Event)) -> Result<Ending, Error> {
        let mut progress = Progress::default();
        let mut failures = 0;
        let mut pause = self.poll.interval;
        loop {
            match self.round(&mut mark, &mut progress, on_event).await {
                Ok(Some(stack)) => return Ok(Ending { stack, events: progress.events }),
                Ok(None) => {
                    failures = 0;
                    // Long creations are asked about less often.
                    let factor = 1 + (progress.quiet / 5).min(4);
                    pause = self.poll.interval.saturating_mul(factor).min(self.poll.longest);
                }
                Err(error) => {
                    failures += 1;
                    let transient = matches!(error.cause, Cause::Throttled | Cause::Network);
                    if !transient || failures > self.poll.failures {
                        return Err(self.lost(error));
                    }
                    if failures == 1 {
                        on_event(Event::note(waiting(&error)));
                    }
                    pause = pause.saturating_mul(2).min(self.poll.longest);
                }
            }
            tokio::time::sleep(jitter(pause)).await;
        }
    }

    /// Asks once; the stack, if it rests.
    async fn round(
        &self,
        mark: &mut Mark,
        progress: &mut Progress,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Option<Stack>, AwsError> {
        let fresh = match mark.advance(self.aws, self.stack_id).await {
            Ok(fresh) => fresh,
            // Events are comfort; with `DescribeStacks` alone the end is still seen.
            Err(error) if error.cause == Cause::Denied || error.is_missing() => Vec::new(),
            Err(error) => return Err(error),
        };
        progress.quiet = if fresh.is_empty() { progress.quiet + 1 } else { 0 };
        progress.started |= !fresh.is_empty();
        let last_of_stack = fresh.iter().rev().find(|event| event.physical_id == self.stack_id);
        let at_rest = last_of_stack.is_some_and(|event| !is_running(&event.status));
        self.take(fresh, progress, on_event);
        // Without news the state itself is asked for now and then: an event may be late, or hidden from us.
        if !at_rest && progress.quiet % 3 != 2 {
            return Ok(None);
        }
        let gone =
            Stack { id: self.stack_id.to_owned(), status: "DELETE_COMPLETE".to_owned(), ..Stack::default() };
        let stack = self.aws.describe_stack(self.stack_id).await?.unwrap_or(gone);
        if is_running(&stack.status) || stack.status == "REVIEW_IN_PROGRESS" {
            progress.started |= is_running(&stack.status);
            return Ok(None);
        }
        // A rollback may be about to begin.
        if matches!(stack.status.as_str(), "CREATE_FAILED" | "UPDATE_FAILED") && !progress.failed {
            progress.failed = true;
            progress.quiet = 1;
            return Ok(None);
        }
        // The state from before the operation looks like its end until AWS has begun; only a deleted stack cannot
        // be from before.
        let ended = progress.started || stack.status == "DELETE_COMPLETE" || progress.quiet > 10;
        if ended && !at_rest {
            // What happened between the two questions, most of all what failed, is told too.
            let late = mark.advance(self.aws, self.stack_id).await.unwrap_or_default();
            self.take(late, progress, on_event);
        }
        Ok(Some(stack).filter(|_| ended))
    }

    fn take(&self, fresh: Vec<StackEvent>, progress: &mut Progress, on_event: &mut dyn FnMut(Event)) {
        for event in &fresh {
            on_event(Event::StackEvent(event.clone()));
        }
        progress.events.extend(fresh.into_iter().filter(|event| self.is_ours(event)));
    }

    fn is_ours(&self, event: &StackEvent) -> bool {
        event.token.as_deref().is_none_or(|token| token == self.token)
    }

    fn lost(&self, error: AwsError) -> Error {
        let mut error = error.into_error("follow the operation any further");
        let help = "CloudFormation goes on without us: run `slsc info` to see how it ended.";
        error.help = format!("{help} {}", error.help).trim_end().to_owned();
        if error.kind == ErrorKind::Aws {
            error.kind = ErrorKind::Network;
        }
        error
    }
}

fn waiting(error: &AwsError) -> String {
    match error.cause {
        Cause::Throttled => "AWS asks for fewer requests; asking less often.".to_owned(),
        _ => format!("AWS could not be reached ({}); trying again.", error.message),
    }
}

/// Up to a fifth more or less, so that several deploys do not ask in step.
pub fn jitter(pause: Duration) -> Duration {
    let share = f64::from(u32::try_from(random::number() % 401).unwrap_or_default()) / 1000.0;
    pause.mul_f64(0.8 + share)
}
