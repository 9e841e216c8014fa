//! What may follow what within one exchange: START, then DATA, then END.
//!
//! One [`Flow`] stands for one `corr_id`; it is fed the frames of both directions in their order. It holds some words,
//! does no I/O and knows no time; how many exchanges a peer may have open is the host's to limit.
//!
//! An ERROR is terminal, and so is an END. One thing may follow an END that asked for it: one ACK from the other side.
use super::{FrameKind, Header, Sender};
use crate::payload::Payload;

/// What a frame does to its exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// START: opens it, and says where the numbers begin.
    Start {
        /// The first number in both directions.
        seq_start: u64,
    },
    /// DATA.
    Data {
        /// Whose.
        from: Sender,
        /// Its number; `None` where the payload is encrypted between applications, which counts and states none.
        seq: Option<u64>,
    },
    /// END.
    End {
        /// Whose.
        from: Sender,
        /// Whether an ACK is wanted.
        wants_ack: bool,
    },
    /// ACK.
    Ack {
        /// Whose.
        from: Sender,
        /// The number up to which it has everything.
        up_to: u64,
    },
    /// ERROR.
    Error,
}

impl Step {
    /// What a frame with this header and payload does to its exchange; `None` for HELLO and EVENT, which belong to none,
    /// and for a payload that is not the header's.
    pub fn of(header: &Header, payload: &Payload<'_>) -> Option<Self> {
        let flags = header.flags;
        let from = flags.sender()?;
        match (flags.kind(), payload) {
            (FrameKind::Start, Payload::Start(start)) => Some(Self::Start { seq_start: start.seq_start }),
            (FrameKind::Data, Payload::Data(data)) => Some(Self::Data { from, seq: Some(data.seq()) }),
            (FrameKind::Data, Payload::Opaque(_)) => Some(Self::Data { from, seq: None }),
            (FrameKind::End, Payload::End(_)) => Some(Self::End { from, wants_ack: flags.wants_ack() }),
            (FrameKind::Ack, Payload::Ack(ack)) => Some(Self::Ack { from, up_to: ack.up_to }),
            (FrameKind::Error, Payload::Error(_)) => Some(Self::Error),
            _ => None,
        }
    }
}

/// A step that may not follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SequenceError {
    /// DATA or END before START.
    #[error("the exchange was not opened")]
    NotStarted,
    /// START again.
    #[error("the exchange was opened already")]
    StartedTwice,
    /// Anything after the end.
    #[error("the exchange has ended")]
    Ended,
    /// DATA with another number than the next.
    #[error("DATA must have the number {expected}, got {found}")]
    Seq {
        /// The next number.
        expected: u64,
        /// Number stated.
        found: u64,
    },
    /// DATA behind the last number that there is.
    #[error("the numbers of DATA are used up")]
    NoNumberLeft,
    /// An ACK that takes back an earlier one.
    #[error("{acknowledged} was acknowledged before, now {found}")]
    AckDecreased {
        /// Number of the earlier one.
        acknowledged: u64,
        /// Number stated.
        found: u64,
    },
}

impl SequenceError {
    /// The error's name in the taxonomy.
    pub const fn name(&self) -> &'static str {
        "BadSequence"
    }
}

/// The state of one exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    phase: Phase,
    /// What each side has acknowledged.
    acknowledged: BySender<Option<u64>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Open {
        seq_start: u64,
        /// Number of each side's next DATA; `None` when there is no further number.
        next: BySender<Option<u64>>,
    },
    Ended {
        /// The side that may still acknowledge the END.
        may_ack: Option<Sender>,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct BySender<T> {
    requester: T,
    responder: T,
}

impl<T> BySender<T> {
    fn of(&mut self, sender: Sender) -> &mut T {
        match sender {
            Sender::Requester => &mut self.requester,
            Sender::Responder => &mut self.responder,
        }
    }
}

impl Flow {
    /// Of an exchange that was not opened.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, Phase::Ended { .. })
    }

    /// The index of the chunk that DATA number `seq` carries, while the exchange is open.
    pub fn chunk_index(&self, seq: u64) -> Option<u64> {
        match self.phase {
            Phase::Open { seq_start, .. } => seq.checked_sub(seq_start),
            Phase::Idle | Phase::Ended { .. } => None,
        }
    }

    /// Take a step. After an error the state is what it was.
    pub fn step(&mut self, step: Step) -> Result<(), SequenceError> {
        match (&mut self.phase, step) {
            (Phase::Ended { may_ack: Some(side) }, Step::Ack { from, up_to }) if *side == from => {
                self.acknowledge(from, up_to)?;
                self.phase = Phase::Ended { may_ack: None };
                Ok(())
            }
            (Phase::Ended { .. }, _) => Err(SequenceError::Ended),
            (_, Step::Error) => {
                self.phase = Phase::Ended { may_ack: None };
                Ok(())
            }
            // In an exchange that was not opened it answers an EVENT.
            (_, Step::Ack { from, up_to }) => self.acknowledge(from, up_to),
            (Phase::Idle, Step::Start { seq_start }) => {
                let next = BySender { requester: Some(seq_start), responder: Some(seq_start) };
                self.phase = Phase::Open { seq_start, next };
                Ok(())
            }
            (Phase::Idle, Step::Data { .. } | Step::End { .. }) => Err(SequenceError::NotStarted),
            (Phase::Open { .. }, Step::Start { .. }) => Err(SequenceError::StartedTwice),
            (Phase::Open { next, .. }, Step::Data { from, seq }) => {
                let next = next.of(from);
                let expected = next.ok_or(SequenceError::NoNumberLeft)?;
                match seq {
                    Some(found) if found != expected => Err(SequenceError::Seq { expected, found }),
                    _ => {
                        *next = expected.checked_add(1);
                        Ok(())
                    }
                }
            }
            (Phase::Open { .. }, Step::End { from, wants_ack }) => {
                self.phase = Phase::Ended { may_ack: wants_ack.then_some(other(from)) };
                Ok(())
            }
        }
    }

    fn acknowledge(&mut self, from: Sender, up_to: u64) -> Result<(), SequenceError> {
        match self.acknowledged.of(from) {
            Some(acknowledged) if up_to < *acknowledged => {
                Err(SequenceError::AckDecreased { acknowledged: *acknowledged, found: up_to })
            }
            acknowledged => {
                *acknowledged = Some(up_to);
                Ok(())
            }
        }
    }
}

fn other(side: Sender) -> Sender {
    match side {
        Sender::Requester => Sender::Responder,
        Sender::Responder => Sender::Requester,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Sender::{Requester, Responder};

    const START: Step = Step::Start { seq_start: 7 };
    const END: Step = Step::End { from: Requester, wants_ack: false };

    fn data(from: Sender, seq: u64) -> Step {
        Step::Data { from, seq: Some(seq) }
    }

    fn opaque(from: Sender) -> Step {
        Step::Data { from, seq: None }
    }

    fn ack(from: Sender, up_to: u64) -> Step {
        Step::Ack { from, up_to }
    }

    /// The outcome of the last step, where all before it were allowed.
    fn last(steps: &[Step]) -> Result<(), SequenceError> {
        let (last, before) = steps.split_last().unwrap();
        let mut flow = Flow::new();
        before.iter().for_each(|step| flow.step(*step).unwrap());
        let kept = flow;
        let outcome = flow.step(*last);
        assert!(outcome.is_ok() || flow == kept, "a refused step changed the state");
        outcome
    }

    #[test]
    fn data_and_end_want_a_start_and_there_is_one() {
        assert_eq!(last(&[data(Requester, 0)]), Err(SequenceError::NotStarted));
        assert_eq!(last(&[END]), Err(SequenceError::NotStarted));
        assert_eq!(last(&[START, START]), Err(SequenceError::StartedTwice));
        assert_eq!(last(&[START, data(Requester, 7), START]), Err(SequenceError::StartedTwice));
        assert_eq!(last(&[START, END]), Ok(()));
    }

    #[test]
    fn numbers_grow_by_one_in_each_direction() {
        assert_eq!(last(&[START, data(Requester, 7), data(Responder, 7), data(Requester, 8)]), Ok(()));
        for (seq, expected) in [(7, 8), (9, 8), (6, 8)] {
            let found = last(&[START, data(Requester, 7), data(Requester, seq)]);
            assert_eq!(found, Err(SequenceError::Seq { expected, found: seq }));
        }
        let start = Step::Start { seq_start: u64::MAX };
        for behind in [data(Requester, 0), opaque(Requester)] {
            let outcome = last(&[start, data(Requester, u64::MAX), behind]);
            assert_eq!(outcome, Err(SequenceError::NoNumberLeft));
        }
    }

    #[test]
    fn data_that_states_no_number_counts_like_any_other() {
        assert_eq!(last(&[opaque(Requester)]), Err(SequenceError::NotStarted));
        assert_eq!(last(&[START, END, opaque(Requester)]), Err(SequenceError::Ended));
        assert_eq!(last(&[START, opaque(Requester), data(Requester, 8), data(Responder, 7)]), Ok(()));
        let found = last(&[START, opaque(Requester), data(Requester, 7)]);
        assert_eq!(found, Err(SequenceError::Seq { expected: 8, found: 7 }));
    }

    #[test]
    fn nothing_follows_an_end_or_an_error_but_the_ack_that_the_end_asked_for() {
        for step in [START, END, data(Responder, 7), ack(Responder, 7), Step::Error] {
            assert_eq!(last(&[START, END, step]), Err(SequenceError::Ended), "{step:?}");
            assert_eq!(last(&[START, Step::Error, step]), Err(SequenceError::Ended), "{step:?}");
        }
        let asks = Step::End { from: Requester, wants_ack: true };
        assert_eq!(last(&[START, asks, ack(Responder, 7)]), Ok(()));
        assert_eq!(last(&[START, asks, ack(Responder, 7), ack(Responder, 7)]), Err(SequenceError::Ended));
        let taken_back = SequenceError::AckDecreased { acknowledged: 8, found: 7 };
        assert_eq!(last(&[START, ack(Responder, 8), asks, ack(Responder, 7)]), Err(taken_back));
        assert_eq!(last(&[START, asks, ack(Requester, 7)]), Err(SequenceError::Ended));
        assert_eq!(last(&[START, asks, data(Responder, 7)]), Err(SequenceError::Ended));
    }

    #[test]
    fn an_ack_never_takes_back() {
        assert_eq!(last(&[START, ack(Responder, 3), ack(Responder, 3)]), Ok(()));
        assert_eq!(last(&[START, ack(Responder, 3), ack(Requester, 1)]), Ok(()));
        let taken_back = SequenceError::AckDecreased { acknowledged: 3, found: 2 };
        assert_eq!(last(&[START, ack(Responder, 3), ack(Responder, 2)]), Err(taken_back));
    }

    #[test]
    fn a_chunk_is_told_by_its_number() {
        let mut flow = Flow::new();
        assert_eq!(flow.chunk_index(7), None);
        flow.step(START).unwrap();
        assert_eq!([6, 7, 9].map(|seq| flow.chunk_index(seq)), [None, Some(0), Some(2)]);
    }
}
