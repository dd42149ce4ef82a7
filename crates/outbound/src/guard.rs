//! The address guard: an address someone typed must not lead into the operator's own network.
//!
//! Checked twice, since a custom resolver is not asked about literals: the host in the URL, and every address a name
//! resolves to, at the moment of connecting.

use crate::Failure;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use url::{Host, Url};

/// How far calls may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// This machine. On in `--demo`, where all three sides are here.
    pub loopback: bool,
    /// Private networks: 10/8, 172.16/12, 192.168/16, fc00::/7 and their like.
    pub private: bool,
    /// Plain http to other machines.
    pub plain: bool,
}

impl Reach {
    /// The public internet over https, and this machine: for `--demo` and tests.
    #[must_use]
    pub const fn with_loopback() -> Self {
        Self { loopback: true, private: false, plain: false }
    }

    /// Wherever the operator said, in the operator's own settings.
    #[must_use]
    pub const fn anywhere() -> Self {
        Self { loopback: true, private: true, plain: true }
    }

    /// Refuses addresses out of reach, before anything is sent.
    ///
    /// # Errors
    /// [`Failure::Blocked`], with the setting that would allow it.
    pub fn check(&self, url: &Url) -> Result<(), Failure> {
        let host = url.host().ok_or_else(|| Failure::Blocked(format!("{url} has no host")))?;
        let local = match host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(ip) => self.check_ip(ip.into()).map(|()| ip.is_loopback())?,
            Host::Ipv6(ip) => self.check_ip(ip.into()).map(|()| ip.is_loopback())?,
        };
        match url.scheme() {
            "https" => Ok(()),
            "http" if local && self.loopback || self.plain => Ok(()),
            scheme => Err(Failure::Blocked(format!("{host} is addressed by {scheme}; only https is allowed (setting allow_plain_http)"))),
        }
    }

    pub(crate) fn check_ip(&self, ip: IpAddr) -> Result<(), Failure> {
        let ip = match ip {
            IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4),
            v4 => v4,
        };
        let allowed = match kind(ip) {
            Kind::Public => true,
            Kind::Loopback => self.loopback,
            Kind::Private => self.private,
            Kind::Never => false,
        };
        if allowed {
            return Ok(());
        }
        Err(Failure::Blocked(format!("{ip} is not on the public internet and is not called (settings allow_loopback, allow_private_networks)")))
    }

    /// The addresses of a name that are within reach.
    pub(crate) fn keep(&self, found: impl Iterator<Item = SocketAddr>) -> Result<Vec<SocketAddr>, Failure> {
        let mut blocked = None;
        let mut kept = Vec::new();
        for address in found {
            match self.check_ip(address.ip()) {
                Ok(()) => kept.push(address),
                Err(e) => blocked = Some(e),
            }
        }
        match blocked {
            Some(e) if kept.is_empty() => Err(e),
            _ => Ok(kept),
        }
    }
}

enum Kind {
    Public,
    Loopback,
    Private,
    Never,
}

fn kind(ip: IpAddr) -> Kind {
    match ip {
        IpAddr::V4(ip) if ip.is_loopback() => Kind::Loopback,
        IpAddr::V6(ip) if ip.is_loopback() => Kind::Loopback,
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let benchmark = a == 198 && (18..20).contains(&b);
            if ip.is_private() || shared {
                Kind::Private
            } else if ip.is_link_local()
                || ip.is_multicast()
                || ip.is_broadcast()
                || ip.is_documentation()
                || ip == Ipv4Addr::UNSPECIFIED
                || a == 0
                || a >= 240
                || benchmark
            {
                // Link-local is where cloud machines keep their own credentials; nothing of ours is ever there.
                Kind::Never
            } else {
                Kind::Public
            }
        }
        IpAddr::V6(ip) => {
            let first = ip.segments()[0];
            if first & 0xfe00 == 0xfc00 {
                Kind::Private
            } else if first & 0xffc0 == 0xfe80
                || ip.is_multicast()
                || ip.is_unspecified()
                || first == 0x2001 && ip.segments()[1] == 0xdb8
                || first == 0x64
            {
                Kind::Never
            } else {
                Kind::Public
            }
        }
    }
}
