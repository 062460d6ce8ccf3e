//! Clears the folders of an exchange of what belongs to no chunk that waits: foreign, doubled and left-over files. *Edge.*

use std::sync::Arc;

use sqlx::AnyConnection;

use super::hold::{self, Want};
use crate::{
    app::House,
    batch::{Batch, Chunk, chunks, store as batches},
    error::Result,
    provider::{
        Link,
        exchange::{Exchange, FileFault, ReplyName, request_name},
    },
    transfer::{self, store},
};

/// Looks at every file of both folders. Those of a chunk that still waits are left to the chunk's own turn.
pub async fn sweep(house: &Arc<House>) -> Result<()> {
    let Link::Exchange(exchange) = house.link()? else {
        return Ok(());
    };
    // One process at a time; whoever sweeps at the moment finds the same.
    let Some(_lock) = hold::alone(house, "exchange")? else {
        return Ok(());
    };
    let mut reader = house.db.reader().await?;
    for name in exchange.replies()? {
        reply(house, &mut reader, &exchange, &name).await?;
    }
    for tag in exchange.request_tags()? {
        request(&mut reader, &exchange, tag).await?;
    }
    Ok(())
}

async fn reply(
    house: &Arc<House>,
    reader: &mut AnyConnection,
    exchange: &Exchange,
    name: &str,
) -> Result<()> {
    let known = match ReplyName::parse(name) {
        Some(parsed) => of_tag(reader, parsed.tag, Some(parsed.member())).await?,
        None => None,
    };
    let Some((batch, chunk)) = known else {
        return refuse(house, exchange, name, None, FileFault::Foreign).await;
    };
    if !store::is_closed(reader, chunk.chunk_no).await? {
        return Ok(());
    }
    let Some(_held) = hold::hold(house, &batch.batch, Want::Any).await? else {
        return Ok(());
    };
    refuse(house, exchange, name, Some((&batch, &chunk)), FileFault::Double).await
}

async fn refuse(
    house: &Arc<House>,
    exchange: &Exchange,
    name: &str,
    whose: Option<(&Batch, &Chunk)>,
    fault: FileFault,
) -> Result<()> {
    let Some(file) = tokio::task::block_in_place(|| exchange.pick_up(name))? else {
        return Ok(());
    };
    if transfer::forget_known(house, &file).await? {
        return Ok(());
    }
    transfer::quarantine(house, exchange, file, whose, fault, house.trusted_now()?).await
}

/// Removes the request of a chunk that waits for nothing any more, if the provider left it or a crash did.
async fn request(reader: &mut AnyConnection, exchange: &Exchange, tag: u64) -> Result<()> {
    let Some((batch, chunk)) = of_tag(reader, tag, None).await? else {
        return Ok(());
    };
    if !store::is_closed(reader, chunk.chunk_no).await? {
        return Ok(());
    }
    let name = request_name(&batch.member, tag);
    exchange.unstage(&name)?;
    exchange.clear_request(&name)
}

/// The batch and chunk of a file number, if they are of that member.
async fn of_tag(
    reader: &mut AnyConnection,
    tag: u64,
    member: Option<&str>,
) -> Result<Option<(Batch, Chunk)>> {
    let Some(chunk) = chunks::by_tag(&mut *reader, tag as i64).await? else {
        return Ok(None);
    };
    let batch = batches::by_number(reader, chunk.batch_no).await?;
    Ok(batch
        .filter(|batch| member.is_none_or(|member| batch.member == member))
        .map(|batch| (batch, chunk)))
}
