//! The provider's side of the exchange, for trials: answers request files with the sandbox's population. *Edge.*

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    super::{
        Faults, QueryId, Question, Sandbox, Visit,
        reply::{AnswerView, Finding, HeadCells, Reply},
    },
    folder::{MAX_FILE_BYTES, create},
    frame::{self, Header},
    name::{ReplyName, request_tag},
    reply_file::write_reply,
    request::read_request,
};
use crate::error::{Error, Result};

/// What the other side does wrong, on purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ReplyFault {
    /// The file ends in the midst of a record.
    Cut,
    /// The trailer counts one line too many.
    Count,
    /// A byte was changed on the way.
    Altered,
    /// The file is about another request.
    Foreign,
    /// The file is larger than any reply may be.
    Oversize,
    /// The same reply comes once more, under the next number.
    Double,
    /// The first answer is about another person.
    WrongPerson,
    /// Every third person is left out.
    MissingPersons,
}

/// How the other side answers.
pub struct Manner {
    /// The seed of the invented population.
    pub seed: u64,
    /// When it answers.
    pub now: Timestamp,
    /// Which reply to each request it is, from 1.
    pub number: u8,
    /// What it does wrong.
    pub fault: Option<ReplyFault>,
}

/// What became of the requests that were there.
#[derive(Default)]
pub struct Answered {
    /// Names of the replies that were written.
    pub replies: Vec<String>,
    /// Questions in the requests that were answered.
    pub questions: usize,
    /// Requests that are none, or no trial, and were left alone.
    pub left: usize,
}

/// Answers every request in `folder/requests` with a file in `folder/replies`, and removes the request.
///
/// Only trials are answered: a request of a production data directory says that it is one.
pub fn answer_requests(folder: &Path, manner: &Manner) -> Result<Answered> {
    let (requests, replies) = (folder.join("requests"), folder.join("replies"));
    if !requests.is_dir() || !replies.is_dir() {
        return Err(Error::Input {
            code: "EXCHANGE-TRIAL",
            sentence: "the folder does not hold `requests` and `replies`; nothing was done".into(),
            remedy: "name the folder that holds both folders of the exchange",
        });
    }
    let mut answered = Answered::default();
    for path in placed(&requests)? {
        let bytes = Zeroizing::new(fs::read(&path).map_err(Error::io("read a request file"))?);
        let Ok((header, questions)) = read_request(&bytes) else {
            answered.left += 1;
            continue;
        };
        if !header.trial {
            answered.left += 1;
            continue;
        }
        let files = reply_files(&header, &questions, manner)?;
        for (name, bytes) in files {
            publish(&replies, &name, &bytes, manner).map_err(Error::io("write a reply file"))?;
            answered.replies.push(name);
        }
        fs::remove_file(&path).map_err(Error::io("remove a request that was answered"))?;
        answered.questions += questions.len();
    }
    Ok(answered)
}

/// A reply file: its name and its bytes.
type File = (String, Zeroizing<Vec<u8>>);

/// The reply to one request, with what the fault makes of it.
pub(super) fn reply_files(request: &Header, questions: &[Question], manner: &Manner) -> Result<Vec<File>> {
    let fault = manner.fault;
    let mut header = Header {
        made_at: manner.now,
        number: manner.number,
        ..request.clone()
    };
    let mut reply = Sandbox::new(manner.seed, Faults::default(), None)
        .visit(Visit::Ask, questions, manner.now)
        .map_err(|_| Error::Bug("the sandbox did not answer"))?;
    if fault == Some(ReplyFault::Foreign) {
        header.tag = !header.tag;
        reply = about_another(&reply);
    }
    if fault == Some(ReplyFault::WrongPerson) {
        reply = with_wrong_person(&reply);
    }
    let third = |place: usize| fault == Some(ReplyFault::MissingPersons) && place % 3 == 2;
    let answers: Vec<AnswerView<'_>> = reply
        .answers()
        .enumerate()
        .filter(|(place, _)| !third(*place))
        .map(|(_, answer)| answer)
        .collect();
    let mut files = vec![file(&header, &answers)];
    if fault == Some(ReplyFault::Double) {
        header.number += 1;
        files.push(file(&header, &answers));
    }
    if let (Some(fault), [(_, bytes)]) = (fault, &mut files[..]) {
        spoil(bytes, fault);
    }
    Ok(files)
}

fn file(header: &Header, answers: &[AnswerView<'_>]) -> File {
    let name = ReplyName {
        member: header.member,
        tag: header.tag,
        number: header.number,
    };
    (name.text(), write_reply(header, answers))
}

/// What happens to the bytes of a file on its way.
fn spoil(bytes: &mut Vec<u8>, fault: ReplyFault) {
    let trailer = bytes.windows(4).rposition(|window| window == b"TRLR");
    match (fault, trailer) {
        (ReplyFault::Cut, _) => bytes.truncate(bytes.len() * 2 / 3),
        (ReplyFault::Altered, Some(trailer)) => bytes[trailer - 3] ^= 1,
        (ReplyFault::Count, Some(trailer)) => recount(bytes, trailer),
        _ => {}
    }
}

/// Raises the trailer's count by one and makes its hash hold for that.
fn recount(bytes: &mut Vec<u8>, trailer: usize) {
    let count = &bytes[trailer + 4..trailer + 12];
    let count = frame::decimal(count).unwrap_or(0) + 1;
    let written = String::from_utf8_lossy(&bytes[trailer + 12..trailer + 23]).into_owned();
    bytes.truncate(trailer);
    let (date, time) = written.split_at(7);
    frame::end_as(bytes, count, date, time);
}

/// The same persons under the query ids of another chunk.
fn about_another(reply: &Reply) -> Reply {
    let other = |id: &str| QueryId::parse(id).map(|id| QueryId::new(!id.chunk(), id.ordinal()));
    rewritten(reply, |_, head, id| {
        *id = other(head.query_id).map_or_else(String::new, |id| id.to_string());
        None
    })
}

/// The first answer under the identity number of an invented stranger.
fn with_wrong_person(reply: &Reply) -> Reply {
    rewritten(reply, |place, _, _| {
        (place == 0).then(|| mayfly_consent::SubjectId::invent(mayfly_consent::IdKind::National, 0x5354_5241))
    })
}

fn rewritten(
    reply: &Reply,
    change: impl Fn(usize, &HeadCells<'_>, &mut String) -> Option<mayfly_consent::SubjectId>,
) -> Reply {
    let mut out = Reply::with_room_for(reply.answer_count());
    for (place, answer) in reply.answers().enumerate() {
        let head = answer.head();
        let mut query_id = head.query_id.to_owned();
        let stranger = change(place, &head, &mut query_id);
        let head = HeadCells {
            query_id: &query_id,
            subject_id: stranger.as_ref().map_or(head.subject_id, |id| id.expose()),
            ..head
        };
        let finding: Finding = answer.finding();
        out.answer(head, finding);
        answer.changes().for_each(|cells| out.change(cells));
    }
    out
}

/// The placed requests, in the order of their names.
fn placed(requests: &Path) -> Result<Vec<PathBuf>> {
    let failed = || Error::io("list the request files");
    let mut found = Vec::new();
    for entry in fs::read_dir(requests).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        if !name.starts_with('.') && request_tag(name).is_some() {
            found.push(path);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Writes a reply under another name, syncs it and gives it its own.
fn publish(folder: &Path, name: &str, bytes: &[u8], manner: &Manner) -> std::io::Result<()> {
    let draft = folder.join(format!(".{name}.part"));
    let mut file = create(&draft)?;
    file.write_all(bytes)?;
    if manner.fault == Some(ReplyFault::Oversize) {
        file.set_len(MAX_FILE_BYTES + 1)?;
    }
    // By the clock of the trial, as everything else of it: the purge goes by this.
    file.set_modified(manner.now.into())?;
    file.sync_all()?;
    fs::rename(&draft, folder.join(name))?;
    fs::File::open(folder)?.sync_all()
}
