//! `fulcrum serve`: every side on its own listener, in one process.

use crate::demo;
use crate::settings::{Settings, Side};
use crate::sides::Ground;
use anyhow::{Context, Result};
use axum::Router;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Serves until Ctrl-C or a termination signal, then finishes what is in hand.
///
/// # Errors
/// When an address is taken, or a database cannot be opened.
pub async fn serve(settings: Settings) -> Result<()> {
    let (tell, told) = watch::channel(false);
    let ground = Ground::new(settings)?;
    let mut tasks = JoinSet::new();
    let sides = start(&ground, &told, &mut tasks).await?;
    if ground.settings.demo {
        demo::fill(&ground, &sides).await.context("the demo company could not be set up")?;
    }
    println!("{}", demo::banner(&ground.settings)?);
    signal().await;
    let _ = tell.send(true);
    // Open pages hold their live connections; they are given a moment and then cut.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), async { while tasks.join_next().await.is_some() {} }).await;
    Ok(())
}

/// The sides that were started.
#[derive(Clone, Default)]
pub struct Sides {
    /// The hub.
    pub hub: Option<hub::Hub>,
    /// The ATS.
    pub ats: Option<ats::Ats>,
    /// The partner apps.
    pub partners: Option<partners::Partners>,
}

/// Takes the addresses, opens the stores, and only then serves: no answer comes before the store is open.
///
/// # Errors
/// When an address is taken, or a database cannot be opened.
pub async fn start(ground: &Ground, told: &watch::Receiver<bool>, tasks: &mut JoinSet<()>) -> Result<Sides> {
    let settings = &ground.settings;
    let mut sides = Sides::default();
    if settings.serves(Side::Ats) {
        let listener = listen(settings.ats, "ATS").await?;
        let ats = ground.ats().await?;
        let (pipeline, handler, told) = (ats.pipeline.clone(), Arc::new(ats::Deliveries(ats.clone())), told.clone());
        let stop = stopped(&told);
        tasks.spawn(async move { pipeline.run(handler, told).await });
        put(tasks, listener, ats.router(), stop);
        sides.ats = Some(ats);
    }
    if settings.serves(Side::Partners) {
        let listener = listen(settings.partners, "partner apps").await?;
        let partners = ground.partners().await?;
        put(tasks, listener, partners.router(), stopped(told));
        sides.partners = Some(partners);
    }
    if settings.serves(Side::Hub) {
        let listener = listen(settings.hub, "hub").await?;
        let hub = ground.hub().await?;
        let (pipeline, handler, told) = (hub.pipeline.clone(), Arc::new(hub::Work(hub.clone())), told.clone());
        let stop = stopped(&told);
        tasks.spawn(async move { pipeline.run(handler, told).await });
        put(tasks, listener, hub.router(), stop);
        sides.hub = Some(hub);
    }
    Ok(sides)
}

async fn listen(address: SocketAddr, name: &str) -> Result<TcpListener> {
    web::listen(address).await.with_context(|| format!("the {name} cannot listen on {address}; is another server running there?"))
}

fn put(tasks: &mut JoinSet<()>, listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static) {
    tasks.spawn(async move {
        if let Err(e) = web::serve(listener, router, stop).await {
            tracing::error!(error = %e, "a listener broke");
        }
    });
}

fn stopped(told: &watch::Receiver<bool>) -> impl Future<Output = ()> + Send + 'static {
    let mut told = told.clone();
    async move {
        let _ = told.wait_for(|stop| *stop).await;
    }
}

async fn signal() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}
