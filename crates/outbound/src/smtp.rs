//! Handing a letter to the mail server the operator named.

use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncTransport, Tokio1Executor};
use std::fmt;
use std::time::Duration;

/// How long each step of the conversation may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail server. Clones share its connections.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// The password stays out of logs.
impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp(from {})", self.from)
    }
}

/// A letter as it goes out.
#[derive(Clone, Copy, Debug)]
pub struct Mail<'a> {
    /// Stays the same however often it is sent: receivers know a letter by it.
    pub id: &'a str,
    /// Name and address.
    pub to: (&'a str, &'a str),
    /// One line.
    pub subject: &'a str,
    /// Plain text.
    pub body: &'a str,
}

/// Why a letter did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The server does not want it, now or later.
    Refused(String),
    /// It did not go out; a later try may work.
    NotYet(String),
    /// The server may have it: the conversation broke off.
    Unknown(String),
}

impl Smtp {
    /// `smtps://user:password@host`, `smtp://host:587?tls=required`, `smtp://127.0.0.1:2525`; and whom letters come from.
    ///
    /// # Errors
    /// When either cannot be read.
    pub fn new(url: &str, from: &str) -> Result<Self, String> {
        let from = from.parse::<Mailbox>().map_err(|e| format!("the sender of mail, {from:?}, is no address: {e}"))?;
        // The address may hold a password and is not repeated.
        let builder =
            AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|e| format!("the address of the mail server cannot be read: {e}"))?;
        Ok(Self { transport: builder.timeout(Some(PATIENCE)).build(), from })
    }

    /// Hands a letter over, once.
    ///
    /// # Errors
    /// When the server did not take it, or may have taken it.
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), Unsent> {
        let (name, email) = mail.to;
        let address: Address = email.trim().parse().map_err(|e| Unsent::Refused(format!("the address cannot be read: {e}")))?;
        let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            .subject(mail.subject)
            .body(mail.body.to_owned())
            .map_err(|e| Unsent::Refused(format!("it cannot be written as mail: {e}")))?;
        // Opened beforehand: what fails here was not sent.
        match self.transport.test_connection().await {
            Ok(true) => {}
            Ok(false) => return Err(Unsent::NotYet("the mail server does not answer".to_owned())),
            Err(e) => return Err(Unsent::NotYet(format!("the mail server cannot be reached: {e}"))),
        }
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(e) if e.is_permanent() || e.is_client() => Err(Unsent::Refused(e.to_string())),
            Err(e) if e.is_transient() => Err(Unsent::NotYet(e.to_string())),
            Err(e) => Err(Unsent::Unknown(format!("the conversation with the mail server broke off: {e}"))),
        }
    }
}
