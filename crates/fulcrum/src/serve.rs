//! `fulcrum serve`: every side on its own listener, in one process.

use crate::demo;
use crate::settings::{Settings, Side};
use crate::sides::Ground;
use anyhow::{Context, Result};
use axum::Router;
use reader::Reader;
use std::future::Future;
use std::io::Write;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Serves until Ctrl-C or a termination signal, then finishes what is in hand.
///
/// # Errors
/// When an address is taken, or a database cannot be opened.
pub async fn serve(mut settings: Settings) -> Result<()> {
    crate::counted::begin();
    let (tell, told) = watch::channel(false);
    let listeners = Listeners::bind(&mut settings).await?;
    let mut ground = Ground::new(settings)?;
    ground.reader = Some(Reader::by_this_executable()?);
    let mut tasks = JoinSet::new();
    let sides = start(&ground, listeners, &told, &mut tasks).await?;
    if ground.settings.demo {
        demo::fill(&ground, &sides).await.context("the demo company could not be set up")?;
    }
    work(&sides, &told, &mut tasks);
    // Whoever reads this may have stopped reading; that is no reason to stop serving.
    let _ = writeln!(std::io::stdout(), "{}", demo::banner(&ground.settings)?);
    let stopped = tokio::select! {
        () = signal() => Ok(()),
        // Nobody would notice a server that takes deliveries and works on none.
        _ = tasks.join_next() => Err(anyhow::anyhow!("a part of the server ended by itself; the log above says more")),
    };
    let _ = tell.send(true);
    // Open pages hold their live connections; they are given a moment and then cut.
    let _ = tokio::time::timeout(std::time::Duration::from_secs(5), async { while tasks.join_next().await.is_some() {} }).await;
    stopped
}

/// The addresses that were taken, one for each side to be served.
#[derive(Default)]
pub struct Listeners {
    hub: Option<TcpListener>,
    ats: Option<TcpListener>,
    partners: Option<TcpListener>,
}

impl Listeners {
    /// Takes the addresses. Where a setting says port 0, it then says the port that was given.
    ///
    /// # Errors
    /// When one is taken by somebody else.
    pub async fn bind(settings: &mut Settings) -> Result<Self> {
        let mut listeners = Self::default();
        for (side, name) in [(Side::Hub, "hub"), (Side::Ats, "ATS"), (Side::Partners, "partner apps")] {
            if settings.serves(side) {
                let (slot, address) = match side {
                    Side::Hub => (&mut listeners.hub, &mut settings.hub),
                    Side::Ats => (&mut listeners.ats, &mut settings.ats),
                    Side::Partners => (&mut listeners.partners, &mut settings.partners),
                };
                let taken = || format!("the {name} cannot listen on {address}; is another server running there?");
                let listener = web::listen(*address).await.with_context(taken)?;
                *address = listener.local_addr()?;
                *slot = Some(listener);
            }
        }
        Ok(listeners)
    }
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

/// Opens the stores, and only then serves: no answer comes before the store is open.
///
/// # Errors
/// When a database cannot be opened.
pub async fn start(ground: &Ground, listeners: Listeners, told: &watch::Receiver<bool>, tasks: &mut JoinSet<()>) -> Result<Sides> {
    let mut sides = Sides::default();
    if let Some(listener) = listeners.ats {
        let ats = ground.ats().await?;
        ats.begin_sandbox().await?;
        put(tasks, listener, ats.router(), stopped(told));
        sides.ats = Some(ats);
    }
    if let Some(listener) = listeners.partners {
        let partners = ground.partners().await?;
        put(tasks, listener, partners.router(), stopped(told));
        sides.partners = Some(partners);
    }
    if let Some(listener) = listeners.hub {
        let hub = ground.hub().await?;
        put(tasks, listener, hub.router(), stopped(told));
        sides.hub = Some(hub);
    }
    Ok(sides)
}

/// Starts the runners: deliveries of the ATS, letters and notices of the partner apps, jobs and effects of the hub.
pub fn work(sides: &Sides, told: &watch::Receiver<bool>, tasks: &mut JoinSet<()>) {
    if let Some(ats) = &sides.ats {
        let (pipeline, handler, told) = (ats.pipeline.clone(), Arc::new(ats::Deliveries(ats.clone())), told.clone());
        tasks.spawn(async move { pipeline.run(handler, told).await });
    }
    if let Some(partners) = &sides.partners {
        let (pipeline, handler, told) = (partners.pipeline.clone(), Arc::new(partners::Errands(partners.clone())), told.clone());
        tasks.spawn(async move { pipeline.run(handler, told).await });
    }
    if let Some(hub) = &sides.hub {
        let starting = hub.clone();
        tokio::spawn(async move { starting.take_up().await });
        let (pipeline, handler, told) = (hub.pipeline.clone(), Arc::new(hub::Work(hub.clone())), told.clone());
        tasks.spawn(async move { pipeline.run(handler, told).await });
    }
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
