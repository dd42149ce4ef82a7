//! Walks in a real browser: a person's way through the product, with what they read and press and nothing else.
//! Needs `chromium` and `chromedriver` (scripts/setup) and the built binary.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

mod scenes;

/// Pages of each side that everybody can open by address.
pub mod pages {
    /// Of the ATS.
    pub const ATS: &[&str] = &[
        "candidates",
        "candidates/new",
        "candidates?archived=yes",
        "postings",
        "settings",
        "settings/integrations/webhooks",
        "settings/integrations/api-credentials",
        "settings/integrations/api-credentials/new",
        "settings/integrations/authorized-apps",
        "settings/company/locations",
        "settings/company/departments-and-teams",
        "settings/pipeline",
        "settings/users",
    ];
    /// Of HR Cloud.
    pub const HR_CLOUD: &[&str] = &["people", "settings/lists", "settings/integrations", "settings/integrations/lever", "settings/service-accounts"];
    /// Of Joinedly.
    pub const JOINEDLY: &[&str] = &[
        "joiners",
        "joiners/new",
        "journeys",
        "integrations",
        "integrations/lever",
        "mail",
        "settings/general",
        "settings/teams",
        "settings/letters",
        "settings/letters/welcome",
        "settings/api",
    ];
    /// Job Ring's pages, after its address.
    pub const JOB_RING: &[&str] =
        &["business", "integrations", "dashboard", "jobs", "mine", "program", "payouts", "mail", "settings/letters", "settings/letters/status"];
    /// Of Findem, as an admin sees it.
    pub const FINDEM: &[&str] = &[
        "profiles",
        "inbound",
        "pipeline",
        "exports",
        "moves",
        "integrations",
        "integrations/connect",
        "integrations/lever",
        "integrations/lever/connect",
        "integrations/lever/mapping",
        "integrations/csv",
        "settings",
        "settings/letters",
        "settings/letters/rejected",
        "mail",
    ];
    /// Of Jobma.
    pub const JOBMA: &[&str] = &[
        "interviews-listing",
        "setup-interview",
        "integrations",
        "integrations/lever",
        "integrations/interview-listing",
        "integrations/interview-listing/lever",
        "mail",
        "settings",
    ];
    /// Of the hub.
    pub const HUB: &[&str] =
        &["", "hires", "holds", "events", "connections", "connections/new/hr-cloud", "notices", "erasures", "audit", "people", "sandbox"];
    /// Below a connection of the hub.
    pub const CONNECTION: &[&str] = &["", "/import", "/fields", "/names", "/versions"];
}

/// How long a person waits for a page to show something.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running demo on ports of its own, gone when dropped.
pub struct Demo {
    server: Child,
    /// Kept open: a server whose output nobody takes is another story.
    _output: std::io::Lines<BufReader<std::process::ChildStdout>>,
    folder: PathBuf,
    /// The ATS.
    pub ats: String,
    /// HR Cloud.
    pub hr_cloud: String,
    /// Joinedly.
    pub joinedly: String,
    /// Jobma.
    pub jobma: String,
    /// Job Ring's address, with a final slash.
    pub job_ring: String,
    /// Findem.
    pub findem: String,
    /// The hub.
    pub hub: String,
}

/// The binary beside this test's own.
///
/// # Errors
/// When it is not built.
pub fn binary() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.ancestors().nth(2).context("the target folder")?;
    let binary = folder.join("fulcrum");
    if !binary.exists() {
        bail!("{} is not built: run `cargo build` first", binary.display());
    }
    Ok(binary)
}

impl Demo {
    /// Starts the demo and waits until it says that it is ready.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fulcrum-e2e-{}-{n}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let local = "127.0.0.1:0";
        let mut server = Command::new(binary()?)
            .args(["serve", "--demo", "--hub", local, "--ats", local, "--partners", local, "--data"])
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .context("starting fulcrum")?;
        let mut lines = BufReader::new(server.stdout.take().context("its output")?).lines();
        let (mut urls, deadline) = (Vec::new(), Instant::now() + Duration::from_secs(60));
        while urls.len() < 7 && Instant::now() < deadline {
            let Some(line) = lines.next() else { break };
            urls.extend(line?.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned));
        }
        let [ats, hr_cloud, joinedly, jobma, job_ring, findem, hub] =
            urls.try_into().map_err(|urls| anyhow::anyhow!("the demo did not say where it is: {urls:?}"))?;
        Ok(Self { server, _output: lines, folder, ats, hr_cloud, joinedly, jobma, job_ring, findem, hub })
    }
}

impl Demo {
    /// Runs a verb of the command line beside the running demo.
    ///
    /// # Errors
    /// When it fails; with what it said.
    pub fn runs(&self, verb: &[&str]) -> Result<()> {
        let done = Command::new(binary()?).arg("--data").arg(&self.folder).args(verb).output()?;
        if !done.status.success() {
            bail!("fulcrum {} failed: {}", verb.join(" "), String::from_utf8_lossy(&done.stderr));
        }
        Ok(())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A browser and whoever sits before it.
pub struct Person {
    chromedriver: Child,
    profile: PathBuf,
    /// For what a walk needs beyond reading and pressing.
    pub driver: WebDriver,
}

impl Person {
    /// Opens a browser window of this size, light or dark.
    ///
    /// # Errors
    /// When chromium or chromedriver is missing.
    pub async fn sits_down(width: u32, height: u32, dark: bool) -> Result<Self> {
        // The workspace builds its HTTP client without a TLS provider of its own; the product names one, so do we.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let chromedriver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting chromedriver; `make setup` installs it")?;
        let mut wishes = DesiredCapabilities::chrome();
        for flag in ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"] {
            wishes.add_arg(flag)?;
        }
        for flag in ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"] {
            wishes.add_arg(flag)?;
        }
        // A camera and a microphone that need neither, and nobody to allow them.
        for flag in ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"] {
            wishes.add_arg(flag)?;
        }
        let profile = std::env::temp_dir().join(format!("fulcrum-browser-{}-{port}", std::process::id()));
        wishes.add_arg(&format!("--user-data-dir={}", profile.display()))?;
        wishes.add_arg(&format!("--window-size={width},{height}"))?;
        if dark {
            wishes.add_arg("--force-dark-mode")?;
            wishes.add_arg("--blink-settings=preferredColorScheme=0")?;
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match WebDriver::new(format!("http://127.0.0.1:{port}"), wishes.clone()).await {
                Ok(driver) => return Ok(Self { chromedriver, profile, driver }),
                Err(e) if Instant::now() > deadline => return Err(e).context("opening the browser"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Makes the page as wide as a phone or a desk: a window alone is never narrower than 500.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn resizes(&self, width: u32, height: u32) -> Result<()> {
        let size = [("width", width), ("height", height), ("deviceScaleFactor", 1), ("mobile", 0)];
        let mut parameters = serde_json::Map::from_iter(size.map(|(name, value)| (name.to_owned(), value.into())));
        parameters.insert("mobile".to_owned(), (width < 600).into());
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", parameters).await?;
        Ok(())
    }

    /// From now on no page of this browser runs a script.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn refuses_scripts(&self) -> Result<()> {
        let parameters = serde_json::Map::from_iter([("value".to_owned(), true.into())]);
        self.driver.cdp().send_raw("Emulation.setScriptExecutionDisabled", parameters).await?;
        Ok(())
    }

    /// Loads the page again until it says this: what a person does whose browser runs no scripts.
    ///
    /// # Errors
    /// When it does not within twenty seconds.
    pub async fn reloads_until_it_says(&self, words: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("loaded {} again and again, but it never says {words:?}:\n{text}", self.driver.current_url().await?);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            self.driver.refresh().await?;
        }
    }

    /// Goes with the Tab key to whatever has this name, and presses Enter.
    ///
    /// # Errors
    /// When Tab does not lead there.
    pub async fn tabs_to_and_enters(&self, name: &str) -> Result<()> {
        self.tabs_to(name).await?;
        self.driver.action_chain().send_keys(Key::Enter).perform().await?;
        Ok(())
    }

    /// Goes with the Tab key to whatever has this name: a button, a link, or a labelled field.
    ///
    /// # Errors
    /// When Tab does not lead there.
    pub async fn tabs_to(&self, name: &str) -> Result<()> {
        let mut passed = Vec::new();
        for _ in 0..150 {
            self.driver.action_chain().send_keys(Key::Tab).perform().await?;
            let here = "const e = document.activeElement; const label = e.closest('label'); \
                        return (e.getAttribute('aria-label') || (label ? label.querySelector('span')?.textContent : '') || e.textContent || '').trim();";
            let here: String = self.driver.execute(here, vec![]).await?.convert()?;
            if here == name {
                return Ok(());
            }
            passed.push(here);
        }
        bail!("Tab does not lead to {name:?} at {}, but to {passed:?}", self.driver.current_url().await?)
    }

    /// Types where the focus is.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn keys(&self, text: &str) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(text).perform().await?)
    }

    /// Opens an address.
    ///
    /// # Errors
    /// When the browser is gone, or the page does not come within twenty seconds.
    pub async fn opens(&self, address: &str) -> Result<()> {
        Ok(tokio::time::timeout(PATIENCE, self.driver.goto(address)).await.with_context(|| format!("{address} does not come"))??)
    }

    /// What the page says now. Between two pages there is none.
    async fn text(&self) -> String {
        match self.driver.find(By::Tag("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// Waits until the page says this.
    ///
    /// # Errors
    /// When it does not within twenty seconds; the error shows what it says instead.
    pub async fn reads(&self, words: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text().await;
            if text.contains(words) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("waited for {words:?} at {}, but the page says:\n{text}", self.driver.current_url().await?);
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    /// Waits until the page says one of these; whether it is the first.
    ///
    /// # Errors
    /// When it says neither within twenty seconds.
    pub async fn reads_either(&self, first: &str, second: &str) -> Result<bool> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = self.text().await;
            if text.contains(first) || text.contains(second) {
                return Ok(text.contains(first));
            }
            if Instant::now() > deadline {
                bail!("waited for {first:?} or {second:?} at {}, but the page says:\n{text}", self.driver.current_url().await?);
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    /// Presses the button or link with this name, as soon as there is one.
    ///
    /// # Errors
    /// When there is none within twenty seconds.
    pub async fn presses(&self, name: &str) -> Result<()> {
        self.presses_where(&format!("normalize-space(.)=\"{name}\" or @aria-label=\"{name}\""), name).await
    }

    /// Presses the button or link whose name begins so: a card with more on it than its title.
    ///
    /// # Errors
    /// When there is none within twenty seconds.
    pub async fn presses_containing(&self, name: &str) -> Result<()> {
        self.presses_where(&format!("starts-with(normalize-space(.), \"{name}\")"), name).await
    }

    async fn presses_where(&self, condition: &str, name: &str) -> Result<()> {
        let path = format!("//*[self::button or self::a or self::summary][{condition}]");
        let deadline = Instant::now() + PATIENCE;
        loop {
            // A live page may replace a button between finding and pressing it; then the person just presses again.
            if let Ok(found) = self.driver.find(By::XPath(&path)).await
                && found.scroll_into_view().await.is_ok()
                && found.click().await.is_ok()
            {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("there is nothing to press named {name:?} at {}", self.driver.current_url().await?);
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    /// Where the first link leads that this path finds, as soon as there is one.
    ///
    /// # Errors
    /// When there is none within twenty seconds.
    pub async fn finds_link(&self, path: &str) -> Result<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // A live page may replace it between finding and reading it.
            if let Ok(link) = self.driver.find(By::XPath(path)).await
                && let Ok(Some(href)) = link.attr("href").await
            {
                return Ok(href);
            }
            if Instant::now() > deadline {
                bail!("no link at {path} of {}", self.driver.current_url().await?);
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    /// Types into the field with this label.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn types(&self, label: &str, text: &str) -> Result<()> {
        let path = format!("//label[span[normalize-space(.)=\"{label}\"]]//*[self::input or self::textarea]");
        let field = self.driver.find(By::XPath(&path)).await.with_context(|| format!("a field labelled {label:?}"))?;
        field.clear().await?;
        Ok(field.send_keys(text).await?)
    }

    /// Chooses an entry of the list with this label.
    ///
    /// # Errors
    /// When there is no such list or entry.
    pub async fn chooses(&self, label: &str, entry: &str) -> Result<()> {
        let path = format!("//label[span[normalize-space(.)=\"{label}\"]]//select/option[contains(normalize-space(.), \"{entry}\")]");
        let option = self.driver.find(By::XPath(&path)).await.with_context(|| format!("{entry:?} in the list {label:?}"))?;
        Ok(option.click().await?)
    }

    /// Signs in with the demo's password, and waits until they are in: whoever opens the next page before that is sent back.
    ///
    /// # Errors
    /// When the sign-in page is not there, or does not let them in within twenty seconds.
    pub async fn signs_in(&self, email: &str) -> Result<()> {
        self.reads("Password").await?;
        self.types("E-mail", email).await?;
        self.types("Password", "demo-demo").await?;
        let here = self.driver.current_url().await?;
        self.presses("Sign in").await?;
        let deadline = Instant::now() + PATIENCE;
        while self.driver.current_url().await? == here {
            if Instant::now() > deadline {
                bail!("{email} is not let in at {here}:\n{}", self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
        Ok(())
    }

    /// What keeps somebody from using this page who cannot see it, or has only a keyboard: the findings of axe-core, each a
    /// sentence with where it was found.
    ///
    /// # Errors
    /// When axe-core is not there; `make setup` fetches it.
    pub async fn finds_hindrances(&self) -> Result<Vec<String>> {
        let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&axe).with_context(|| format!("{} is missing; `make setup` fetches it", axe.display()))?;
        self.driver.execute(axe, vec![]).await?;
        let run = "const done = arguments[arguments.length - 1]; \
                   axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then( \
                   (r) => done(r.violations.flatMap((v) => v.nodes.map((n) => v.id + ': ' + v.help + ' at ' + n.html))), (e) => done(['axe failed: ' + e]));";
        let mut found: Vec<String> = self.driver.execute_async(run, vec![]).await?.convert()?;
        // axe-core does not see it: whoever must scroll sideways to read.
        let wider = "const page = document.documentElement; return page.scrollWidth > page.clientWidth ? \
                     ['the page is ' + page.scrollWidth + ' px wide, the window ' + page.clientWidth] : [];";
        found.extend(self.driver.execute(wider, vec![]).await?.convert::<Vec<String>>()?);
        Ok(found)
    }

    /// Takes a picture, if pictures are wanted (`FULCRUM_TEST_PICTURES` names a folder).
    ///
    /// # Errors
    /// When it cannot be written.
    #[allow(clippy::disallowed_methods, reason = "a tool for people, not the product")]
    pub async fn takes_a_picture(&self, name: &str) -> Result<()> {
        if let Ok(folder) = std::env::var("FULCRUM_TEST_PICTURES") {
            std::fs::create_dir_all(&folder)?;
            self.driver.screenshot(&Path::new(&folder).join(format!("{name}.png"))).await?;
        }
        Ok(())
    }
}

/// The browser goes with whoever sat before it, also when a walk fails half-way. Asking it politely can take minutes.
impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.driver.clone().leak();
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
        // Every process of this browser, and of no other, names this folder.
        let _ = Command::new("pkill").args(["-KILL", "-f", &self.profile.display().to_string()]).status();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
