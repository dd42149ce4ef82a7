//! Whose application this is: who in Findem is the same person as somebody in the applicant tracking system.
//!
//! By what nobody else has: the contact there, an address, a LinkedIn, GitHub or Twitter account; then by the name together with where
//! somebody worked. Who fits none of it becomes a profile that says what is known and no more.

use findem_api::Application;
use url::Url;

/// A word a person is known by, the surest kinds first by their first letter.
pub type Word = String;

/// Hosts of accounts, in the order in which they count.
const ACCOUNTS: [(&str, &[&str]); 3] = [("b", &["linkedin.com"]), ("c", &["github.com"]), ("d", &["twitter.com", "x.com"])];

/// An account by its address: `linkedin.com/in/ada` however it is written.
fn account(link: &str) -> Option<Word> {
    let link = link.trim();
    let url = Url::parse(link).or_else(|_| Url::parse(&format!("https://{link}"))).ok()?;
    let host = url.host_str()?.to_lowercase();
    let is = |known: &str| host == known || host.strip_suffix(known).is_some_and(|before| before.ends_with('.'));
    let (kind, hosts) = ACCOUNTS.iter().find(|(_, hosts)| hosts.iter().any(|known| is(known)))?;
    let path = url.path().trim_matches('/').to_lowercase();
    (!path.is_empty()).then(|| format!("{kind}:{}/{path}", hosts[0]))
}

/// The first link to one of these hosts.
fn link_at<'a>(links: &'a [String], kind: &str) -> &'a str {
    links.iter().find(|link| account(link).is_some_and(|word| word.starts_with(kind))).map_or("", String::as_str)
}

/// The link at linkedin.com.
pub fn linkedin(links: &[String]) -> &str {
    link_at(links, "b:")
}

/// The link at github.com.
pub fn github(links: &[String]) -> &str {
    link_at(links, "c:")
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn worked<'a>(name: &'a str, places: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Word> {
    let name = plain(name);
    let has_two = name.contains(' ');
    places.map(plain).filter(move |place| has_two && place.len() > 2).map(move |place| format!("e:{name}|{place}"))
}

fn words_of<'a>(name: &'a str, emails: &[String], links: &[String], places: impl Iterator<Item = &'a str>) -> Vec<Word> {
    let mut words: Vec<Word> = emails.iter().map(|email| format!("a:{}", email.trim().to_lowercase())).filter(|word| word.contains('@')).collect();
    let mut accounts: Vec<Word> = links.iter().filter_map(|link| account(link)).collect();
    accounts.sort();
    words.extend(accounts);
    words.extend(worked(name, places));
    words.dedup();
    words
}

/// What a profile is known by.
pub fn of_profile<'a>(name: &'a str, emails: &[String], links: &[String], companies: impl Iterator<Item = &'a str>) -> Vec<Word> {
    words_of(name, emails, links, companies)
}

/// What a profile is known by where its own address stands among somebody's links.
pub fn own(profile: &str) -> Word {
    format!("1:{profile}")
}

/// What an applicant is known by, the surest first; `profiles`: where addresses of profiles begin. Their headline names where they worked,
/// if anything does.
pub fn of_application(a: &Application, profiles: &str) -> Vec<Word> {
    let places = a.headline.split([',', '|', '·', '@']).flat_map(|part| part.split(" at "));
    let mut words = words_of(&a.name, &a.emails, &a.links, places);
    words.splice(0..0, a.links.iter().filter_map(|link| Some(own(link.strip_prefix(profiles)?))));
    if !a.contact.is_empty() {
        words.insert(0, format!("0:{}", a.contact));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "https://findem.example/profiles/";

    fn app(name: &str, emails: &[&str], links: &[&str], headline: &str) -> Application {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Application { name: name.into(), emails: all(emails), links: all(links), headline: headline.into(), ..Application::default() }
    }

    #[test]
    fn an_account_is_the_same_however_its_address_is_written() {
        for link in ["https://www.linkedin.com/in/Ada/", "linkedin.com/in/ada", "http://uk.linkedin.com/in/ada?x=1"] {
            assert_eq!(account(link).as_deref(), Some("b:linkedin.com/in/ada"), "{link}");
        }
        assert_eq!(account("https://x.com/ada"), account("https://twitter.com/Ada"));
        assert_eq!(account("https://notlinkedin.com/in/ada"), None);
        assert_eq!(account("https://linkedin.com/"), None, "that is everybody's");
        assert_eq!(account("not an address at all"), None);
    }

    #[test]
    fn fnd_o02_the_surest_comes_first_and_a_name_alone_is_nobody() {
        let words = of_application(
            &app(
                "Ada Byron",
                &["Ada@Mail.example"],
                &["https://github.com/ada", "https://linkedin.com/in/ada"],
                "Engineer at Acme Corp, Babbage Ltd",
            ),
            HERE,
        );
        assert_eq!(words[..3], ["a:ada@mail.example", "b:linkedin.com/in/ada", "c:github.com/ada"]);
        assert!(words.contains(&"e:ada byron|acme corp".to_owned()) && words.contains(&"e:ada byron|babbage ltd".to_owned()), "{words:?}");
        assert!(of_application(&app("Ada Byron", &[], &[], ""), HERE).is_empty());
        let linked = app("Somebody", &[], &["https://findem.example/profiles/p7"], "");
        assert_eq!(of_application(&linked, HERE), ["1:p7"], "whose profile is linked is theirs");
        assert!(of_application(&app("Ada", &[], &[], "Acme Corp"), HERE).is_empty(), "one name is many people");
    }
}
