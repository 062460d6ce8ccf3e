//! Why a visit brought no reply that can be believed: a closed list, for the log and for `doctor`. *Pure.*

use super::super::AskError;

/// What went wrong on the way. It never tells a cell of a question or a reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineFault {
    /// No connection to any of the addresses.
    Connect,
    /// No TLS: its certificate is not of our CA, not for this name or not for this day, or it does not take ours.
    Tls,
    /// It did not say in time that it is ready for the questions, or hung up before.
    NotReady,
    /// It declined before it saw the questions, with this status.
    Declined(u16),
    /// It answered with another status than 200.
    Status(u16),
    /// The connection ended before the reply did.
    Lost,
    /// The reply was not whole in time.
    Slow,
    /// The reply is larger than any may be.
    Size,
    /// The reply is not said to be JSON in UTF-8, as it is.
    Kind,
    /// The reply is not the JSON of a reply to these questions.
    Malformed,
}

impl LineFault {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Connect => "LINE-CONNECT",
            Self::Tls => "LINE-TLS",
            Self::NotReady => "LINE-READY",
            Self::Declined(_) => "LINE-DECLINED",
            Self::Status(_) => "LINE-STATUS",
            Self::Lost => "LINE-LOST",
            Self::Slow => "LINE-SLOW",
            Self::Size => "LINE-SIZE",
            Self::Kind => "LINE-KIND",
            Self::Malformed => "LINE-REPLY",
        }
    }

    /// What went wrong, for people; a fragment that fits "the provider …".
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Connect => "takes no connection at any of its addresses",
            Self::Tls => {
                "and we do not agree on TLS: its certificate is not of our CA, not for this name or not for today, or it does not take ours"
            }
            Self::NotReady => "did not say in time that it is ready, or hung up",
            Self::Declined(_) => "declined before it saw the questions",
            Self::Status(_) => "answered with another status than 200",
            Self::Lost => "hung up before its reply ended",
            Self::Slow => "did not reply in time",
            Self::Size => "replied with more than any reply may have",
            Self::Kind => "replied with something that it does not call JSON in UTF-8, as it is",
            Self::Malformed => "replied with something that is no reply to what was asked",
        }
    }

    /// The status that was answered, or 0.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Declined(status) | Self::Status(status) => status,
            _ => 0,
        }
    }

    /// What it means for the questions, of which a byte `left` or certainly none.
    pub(super) fn means(self, left: bool) -> AskError {
        match self {
            _ if !left => AskError::Unreachable,
            Self::Size | Self::Kind | Self::Malformed => AskError::Spoilt,
            _ => AskError::Lost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_certainly_never_left_counts_as_that() {
        #[track_caller]
        fn check(fault: LineFault, left: bool, expected: AskError) {
            assert_eq!(fault.means(left), expected, "{}", fault.code());
        }
        for fault in [
            LineFault::Connect,
            LineFault::Tls,
            LineFault::NotReady,
            LineFault::Declined(503),
            LineFault::Malformed,
        ] {
            check(fault, false, AskError::Unreachable);
        }
        for fault in [LineFault::Status(500), LineFault::Lost, LineFault::Slow] {
            check(fault, true, AskError::Lost);
        }
        for fault in [LineFault::Size, LineFault::Kind, LineFault::Malformed] {
            check(fault, true, AskError::Spoilt);
        }
    }
}
