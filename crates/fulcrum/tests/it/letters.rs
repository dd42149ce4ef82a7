//! Letters over a real conversation with a mail server: sent once, refused, not reached, broken off.

use crate::world::on_both;
use clock::{Clock, Ms};
use db::scratch::engines;
use outbound::Smtp;
use pipeline::{Ending, Handler, Item, Pipeline, Tried};
use post::{LETTER, Letter, Letters};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

/// What the server does with the next letter.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Takes,
    Refuses,
    IsBusy,
    /// Takes it, and hangs up instead of saying so.
    HangsUp,
}

/// A mail server that keeps what it takes.
#[derive(Clone)]
struct MailServer {
    mood: Arc<Mutex<Mood>>,
    taken: Arc<Mutex<Vec<String>>>,
}

async fn converse(server: MailServer, stream: tokio::net::TcpStream) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mail.example ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let mood = *server.mood.lock().unwrap();
        let answer: &[u8] = match line.split(' ').next().unwrap_or_default() {
            "EHLO" | "HELO" => b"250 mail.example\r\n",
            "RCPT" if mood == Mood::Refuses => b"550 no such person here\r\n",
            "RCPT" if mood == Mood::IsBusy => b"451 try later\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut letter = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    letter += &format!("{line}\n");
                }
                server.taken.lock().unwrap().push(letter);
                if mood == Mood::HangsUp {
                    return Ok(());
                }
                b"250 taken\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}

struct Sending(Letters);

impl Handler for Sending {
    type Note = ();
    async fn handle(&self, item: Item) -> Tried {
        assert_eq!(item.kind, LETTER);
        let (ending, perhaps) = self.0.send(&item).await.unwrap_or_else(|e| (Ending::Retry { after: None, why: e.to_string() }, false));
        Tried { perhaps, ..ending.into() }
    }
}

#[tokio::test]
async fn letters_are_sent_once_refused_letters_show_and_what_may_have_gone_out_is_for_a_person_to_decide() {
    for engine in engines() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = MailServer { mood: Arc::new(Mutex::new(Mood::Takes)), taken: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(serving.clone(), stream));
            }
        });
        let scratch = db::scratch::Scratch::new(engine);
        let db = scratch.open().await;
        let clock = Clock::standing_at(Ms(1_772_442_000_000));
        db::migrate(&db, &[pipeline::MIGRATIONS, post::MIGRATIONS].concat(), clock.now()).await.unwrap();
        let pipeline = Pipeline::new(db.clone(), clock.clone(), pipeline::Settings::default());
        let smtp = Smtp::new(&format!("smtp://{address}"), "Northwind <people@northwind.example>").unwrap();
        let letters = Letters { db: db.clone(), clock: clock.clone(), pipeline: pipeline.clone(), smtp: Some(smtp) };
        let sending = Sending(letters.clone());
        let write = async |key: &str, to: &str| {
            let letter = Letter {
                key: key.into(),
                about: "j1",
                to: ("Zoë Ångström", to),
                subject: "Grüße, and welcome".into(),
                body: "Hello,\n\n.see https://x.example/\n".into(),
            };
            let tx = letters.db.begin().await.unwrap();
            letters.write(&tx, "app", &letter).await.unwrap();
            tx.commit().await.unwrap();
            pipeline.drain(&sending).await.unwrap();
        };
        let states = async || letters.newest("app").await.unwrap().into_iter().map(|l| l.state).collect::<Vec<_>>();

        write("one", "zoe@mail.example").await;
        write("one", "zoe@mail.example").await;
        let taken = server.taken.lock().unwrap().clone();
        assert_eq!(taken.len(), 1, "written twice, sent once");
        for words in ["From: Northwind <people@northwind.example>", "To: ", "<zoe@mail.example>", "Message-ID: <", "@northwind.example>"] {
            assert!(taken[0].contains(words), "{words}: {}", taken[0]);
        }
        *server.mood.lock().unwrap() = Mood::Refuses;
        write("two", "nobody@mail.example").await;
        write("three", "no address").await;
        assert_eq!(states().await, ["refused", "refused", "sent"]);
        assert!(letters.newest("app").await.unwrap()[1].why.contains("no such person here"));

        *server.mood.lock().unwrap() = Mood::IsBusy;
        write("four", "zoe@mail.example").await;
        assert_eq!(states().await[0], "waiting");
        *server.mood.lock().unwrap() = Mood::HangsUp;
        clock.advance(Duration::from_secs(120));
        pipeline.drain(&sending).await.unwrap();
        assert_eq!((states().await[0].as_str(), server.taken.lock().unwrap().len()), ("unsure", 2));
        *server.mood.lock().unwrap() = Mood::Takes;
        clock.advance(Duration::from_secs(86_400));
        pipeline.drain(&sending).await.unwrap();
        assert_eq!(server.taken.lock().unwrap().len(), 2, "never twice by itself");
        let id = letters.newest("app").await.unwrap()[0].id.clone();
        assert!(letters.send_again("app", &id).await.unwrap());
        pipeline.drain(&sending).await.unwrap();
        assert_eq!((states().await[0].as_str(), server.taken.lock().unwrap().len()), ("sent", 3));
        scratch.discard(&db).await;
    }
}

#[tokio::test]
async fn whoever_operates_the_hub_is_told_by_mail_of_what_waits_once_in_an_hour_however_often_it_happens() {
    on_both(async |w| {
        let mut olga = w.at_hub().await;
        let (status, page) = olga.try_press("/notices", &[("email", "nobody at home")]).await;
        assert!(status == 400 && page.contains("it is not an e-mail address"), "{page}");
        olga.press("/notices", &[("email", "hr@northwind.example"), ("kind", "hold.opened"), ("kind", "connection.broken")]).await;
        assert!(olga.read("/notices").await.contains("hr@northwind.example Something waits for a person; A connection does not work any more"));
        // Three hires in one minute wait for the same thing.
        for name in ["Ada Lovelace Byron", "María José García López", "Kwame Mensah"] {
            let id = w.candidate(name).await;
            w.hire(&id).await;
        }
        w.drain().await;
        let held = olga.read("/holds").await;
        let mail = olga.read("/notices/mail").await;
        let letters = mail.matches("Something waits for a person: ").count();
        assert!((1..3).contains(&letters), "one for each cause: {mail} {held}");
        assert!(mail.contains("hr@northwind.example kept here"), "{mail}");
        assert!(!mail.contains("Ada") && !mail.contains("Kwame"), "nothing personal: {mail}");
        let letter = olga.link("/notices/mail", "Something waits", "Something waits for a person…").await;
        let text = olga.read(&letter).await;
        assert!(text.contains("/holds"), "{text}");
        // Whoever waits longer for the same thing is no news.
        w.later(std::time::Duration::from_secs(3 * 3600)).await;
        let mut olga = w.at_hub().await;
        let mail = olga.read("/notices/mail").await;
        assert_eq!(mail.matches("Something waits for a person: ").count(), letters, "{mail}");
        let overview = olga.read("/").await;
        let done: String = overview.split(" confirmed at a partner").next().unwrap().rsplit(' ').next().unwrap().to_owned();
        let chen = w.candidate("María José García López").await;
        w.at_ats("ines").await.press(&format!("/candidates/{chen}/unarchive"), &[]).await;
        w.later(std::time::Duration::from_secs(60)).await;
        // What is broken is told at once.
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/fulcrum-hr-cloud/revoke", &[]).await;
        w.later(std::time::Duration::from_secs(120)).await;
        let mut olga = w.at_hub().await;
        let mail = olga.read("/notices/mail").await;
        assert!(mail.contains("hr-cloud is not connected any more"), "{mail}");
        // The overview counts what is done for people, and no letters.
        assert!(olga.read("/").await.contains(&format!("{done} confirmed at a partner")), "letters are no hires");
        olga.click("/notices", "hr@northwind.example", "Remove", &[]).await;
        assert!(!olga.read("/notices").await.contains("hr@northwind.example"));
    })
    .await;
}
