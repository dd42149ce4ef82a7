//! Addresses of notices over the API.

use super::Refused;
use crate::Hub;
use crate::tokens::Caller;
use axum::http::StatusCode;
use endpoint::Nothing;
use hub_api::{CreateNoticeAddress, DeleteNoticeAddress, ListNoticeAddresses, NoticeAddress, NoticeAddresses};
use std::sync::Arc;

pub async fn list(hub: Hub, caller: Arc<Caller>, _: ListNoticeAddresses) -> Result<NoticeAddresses, Refused> {
    let all = hub.addresses(&hub.db, &caller.tenant).await?;
    Ok(NoticeAddresses { data: all.into_iter().map(|a| NoticeAddress { id: a.id, url: a.url, kinds: a.kinds, secret: None }).collect() })
}

pub async fn create(hub: Hub, caller: Arc<Caller>, request: CreateNoticeAddress) -> Result<NoticeAddress, Refused> {
    let new = request.body;
    match hub.add_address(&caller.tenant, &new.url, &new.kinds, &caller.name).await? {
        Ok((id, secret)) => Ok(NoticeAddress { id, url: new.url, kinds: new.kinds, secret: Some(secret) }),
        Err(why) => Err(Refused::new(StatusCode::BAD_REQUEST, "bad_address", why)),
    }
}

pub async fn delete(hub: Hub, caller: Arc<Caller>, request: DeleteNoticeAddress) -> Result<Nothing, Refused> {
    if hub.remove_address(&caller.tenant, &request.address, &caller.name).await? {
        Ok(Nothing)
    } else {
        Err(Refused::not_found("notice address", &request.address))
    }
}
