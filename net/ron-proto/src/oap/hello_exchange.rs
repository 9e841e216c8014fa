//! The first frame in each direction: both sides say what they take, and the smaller frame limit holds from then on.
use super::{Frame, FrameError, FrameFlags, FrameLimit, Header, frame::write_frame};
use crate::DecodeError;
use crate::payload::Hello;

/// A HELLO that was sent and whose answer is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelloExchange {
    tenant_id: u128,
    corr_id: u64,
    limit: FrameLimit,
}

/// Why a connection does not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HelloError {
    /// The first frame is no HELLO of the side that sent it.
    #[error("the first frame is no HELLO: flags {bits:#06x}")]
    NotHello {
        /// Its flags.
        bits: u16,
    },
    /// It answers another request.
    #[error("the HELLO answers another request")]
    NotOurs,
    /// Its payload is wrong.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl HelloError {
    /// The error's name in the taxonomy.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotHello { .. } | Self::NotOurs => "BadSequence",
            Self::Decode(error) => error.name(),
        }
    }
}

impl HelloExchange {
    /// Begin: append the request's frame to `out`.
    pub fn request(
        tenant_id: u128,
        corr_id: u64,
        hello: Hello,
        out: &mut Vec<u8>,
    ) -> Result<Self, FrameError> {
        write_frame(FrameFlags::REQUEST, tenant_id, corr_id, &hello, FrameLimit::MAX, out)?;
        Ok(Self { tenant_id, corr_id, limit: hello.max_frame })
    }

    /// Answer a request: append the response's frame to `out`. The limit returned holds from now on.
    pub fn respond<P: AsRef<[u8]>>(
        request: &Frame<P>,
        hello: Hello,
        out: &mut Vec<u8>,
    ) -> Result<FrameLimit, HelloError> {
        let theirs = hello_of(request, FrameFlags::REQUEST)?;
        let Header { tenant_id, corr_id, .. } = *request.header();
        // A HELLO has 34 bytes at most and fits any limit.
        let written = write_frame(FrameFlags::RESPONSE, tenant_id, corr_id, &hello, FrameLimit::MAX, out);
        debug_assert!(written.is_ok());
        Ok(hello.max_frame.min(theirs.max_frame))
    }

    /// Take the response. The limit returned holds from now on.
    pub fn accept<P: AsRef<[u8]>>(self, response: &Frame<P>) -> Result<FrameLimit, HelloError> {
        let theirs = hello_of(response, FrameFlags::RESPONSE)?;
        let Header { tenant_id, corr_id, .. } = *response.header();
        if (tenant_id, corr_id) != (self.tenant_id, self.corr_id) {
            return Err(HelloError::NotOurs);
        }
        Ok(self.limit.min(theirs.max_frame))
    }
}

fn hello_of<P: AsRef<[u8]>>(frame: &Frame<P>, flags: FrameFlags) -> Result<Hello, HelloError> {
    if frame.header().flags != flags {
        return Err(HelloError::NotHello { bits: frame.header().flags.bits() });
    }
    Ok(Hello::decode(frame.payload().as_ref())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(max_frame: u32) -> Hello {
        Hello { max_frame: FrameLimit::new(max_frame).unwrap() }
    }

    #[test]
    fn the_smaller_limit_holds_on_both_sides() {
        for (ours, theirs) in [(1_048_576, 131_072), (66_560, 1_048_576), (70_000, 70_000)] {
            let (mut request, mut response) = (Vec::new(), Vec::new());
            let exchange = HelloExchange::request(7, 42, hello(ours), &mut request).unwrap();
            let request = Frame::decode(&request, FrameLimit::MAX).unwrap();
            let server = HelloExchange::respond(&request, hello(theirs), &mut response).unwrap();
            let client = exchange.accept(&Frame::decode(&response, FrameLimit::MAX).unwrap()).unwrap();
            assert_eq!((server, client.frame()), (client, ours.min(theirs)));
        }
    }

    #[test]
    fn an_answer_to_another_request_or_from_the_wrong_side_is_refused() {
        let (mut request, mut response) = (Vec::new(), Vec::new());
        let exchange = HelloExchange::request(7, 42, hello(70_000), &mut request).unwrap();
        let echoed = Frame::decode(&request, FrameLimit::MAX).unwrap();
        assert_eq!(exchange.accept(&echoed), Err(HelloError::NotHello { bits: 1 }));
        for (tenant_id, corr_id) in [(8, 42), (7, 43)] {
            response.clear();
            let flags = FrameFlags::RESPONSE;
            write_frame(flags, tenant_id, corr_id, &hello(70_000), FrameLimit::MAX, &mut response).unwrap();
            let response = Frame::decode(&response, FrameLimit::MAX).unwrap();
            assert_eq!(exchange.accept(&response), Err(HelloError::NotOurs));
        }
    }
}
