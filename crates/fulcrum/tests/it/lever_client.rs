//! The client library against the ATS: every operation there and back, lists as streams, what is repeated, tokens that renew themselves once.

use crate::world::{World, on_both};
use futures_util::{StreamExt, TryStreamExt, future};
use lever_client::api::*;
use lever_client::{App, Attachment, Endpoint, Failure, Lever, Nothing, Token, Verb, WithFiles};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

impl World {
    /// A client of this ATS.
    fn client(&self, key: &str) -> Lever {
        Lever::builder().base(self.ats_url.as_str()).allow_loopback().without_rate().clock(self.clock.clone()).key(key).build().unwrap()
    }
}

/// An id, from wherever it stands.
fn id<T: FromStr>(text: impl AsRef<str>) -> T {
    text.as_ref().parse().unwrap_or_else(|_| panic!("{:?} is no id", text.as_ref()))
}

/// A client that remembers which operations went well.
struct Caller {
    lever: Lever,
    called: Mutex<BTreeSet<&'static str>>,
}

impl Caller {
    async fn send<E: Endpoint + Clone>(&self, request: E) -> E::Response {
        let answer = self.lever.send(request).await.unwrap_or_else(|e| panic!("{}: {e}", E::INFO.name));
        self.called.lock().unwrap().insert(E::INFO.name);
        answer
    }
}

/// Sends a request by its new name and by its old one, which answer the same kind of thing: what the new one answered.
macro_rules! both {
    ($caller:expr, $new:ident | $old:ident { $($field:ident : $value:expr),* $(,)? }) => {{
        $caller.send($old { $($field: $value.clone()),* }).await;
        $caller.send($new { $($field: $value.clone()),* }).await
    }};
}

fn file(name: &str) -> Attachment {
    Attachment { field: "file".into(), name: name.into(), media_type: "application/pdf".into(), bytes: b"%PDF-1.4 round trip".to_vec() }
}

fn question(kind: &str, text: &str) -> FormField {
    FormField { kind: kind.into(), text: text.into(), ..FormField::default() }
}

async fn profiles(c: &Caller, o: &OpportunityId, me: &UserId, reason: &ArchiveReasonId) {
    let by = PerformAs { perform_as: Some(me.clone()) };
    let (list, view) = (Listing::default(), View::default());
    both!(
        c,
        ListOpportunities
            | ListCandidates { query: OpportunityFilter { tag: vec!["Engineering".into()], ..OpportunityFilter::default() }, body: Nothing }
    );
    let wide = both!(c, GetOpportunity | GetCandidate { opportunity: o, query: View::expanding(&["contact", "stage"]), body: Nothing });
    assert!(wide.data.stage["text"].is_string() && wide.data.contact["emails"].is_array());
    for new in [true, false] {
        let resume = Attachment { field: "resumeFile".into(), ..file("cv.pdf") };
        let fields = NewOpportunity {
            name: Some("Rune Trip".into()),
            emails: vec!["rune@mail.example".into()],
            tags: vec!["a b".into()],
            ..NewOpportunity::default()
        };
        let (query, body) = (CreateAs { perform_as: Some(me.clone()), ..CreateAs::default() }, WithFiles { fields, files: vec![resume] });
        let made = if new { c.send(CreateOpportunity { query, body }).await } else { c.send(CreateCandidate { query, body }).await };
        assert_eq!((made.data.name.as_str(), made.data.tags.as_slice(), &made.rest["deduped"]), ("Rune Trip", &["a b".to_owned()][..], &json!(!new)));
    }
    let moved =
        both!(c, UpdateOpportunityStage | UpdateCandidateStage { opportunity: o, query: by, body: StageChange { stage: id("applicant-new") } });
    assert_eq!(moved.data.stage, "applicant-new");
    let gone = both!(
        c,
        UpdateOpportunityArchived
            | UpdateCandidateArchived { opportunity: o, query: by, body: ArchiveChange { reason: Some(reason.clone()), ..ArchiveChange::default() } }
    );
    assert_eq!(gone.data.archived.unwrap().reason.as_deref(), Some(reason.as_str()));
    c.send(UpdateOpportunityArchived { opportunity: o.clone(), query: by.clone(), body: ArchiveChange::default() }).await;
    let tags = Tags { tags: vec!["one".into(), "two, and more".into()] };
    assert!(both!(c, AddTags | AddCandidateTags { opportunity: o, query: by, body: tags }).data.tags.contains(&"two, and more".to_owned()));
    assert!(!both!(c, RemoveTags | RemoveCandidateTags { opportunity: o, query: by, body: tags }).data.tags.contains(&"one".to_owned()));
    let sources = Sources { sources: vec!["Fair".into()] };
    assert!(both!(c, AddSources | AddCandidateSources { opportunity: o, query: by, body: sources }).data.sources.contains(&"Fair".to_owned()));
    both!(c, RemoveSources | RemoveCandidateSources { opportunity: o, query: by, body: sources });
    let links = Links { links: vec!["https://profiles.example/ada?x=1&y=ä".into()] };
    assert!(both!(c, AddLinks | AddCandidateLinks { opportunity: o, query: by, body: links }).data.links.contains(&links.links[0]));
    both!(c, RemoveLinks | RemoveCandidateLinks { opportunity: o, query: by, body: links });
    let applications = both!(c, ListApplications | ListCandidateApplications { opportunity: o, query: list, body: Nothing });
    let application: ApplicationId = id(&applications.data[0].id);
    both!(c, GetApplication | GetCandidateApplication { opportunity: o, application: application, query: view, body: Nothing });
    let contact: ContactId = id(wide.data.contact["id"].as_str().unwrap());
    let change = ContactChange { headline: Some("Byron & Daughters".into()), ..ContactChange::default() };
    assert_eq!(c.send(UpdateContact { contact: contact.clone(), query: Nothing, body: change }).await.data.headline, "Byron & Daughters");
    assert_eq!(c.send(GetContact { contact, query: view.clone(), body: Nothing }).await.data.is_anonymized, Some(false));
    let offers = both!(c, ListOffers | ListCandidateOffers { opportunity: o, query: list, body: Nothing });
    let document =
        c.send(DownloadOffer { opportunity: o.clone(), offer: id(&offers.data[0].id), query: OfferDocument::default(), body: Nothing }).await;
    assert!(document.bytes.starts_with(b"%PDF") && document.name == "signed-offer.pdf" && document.media_type == "application/pdf");
    let now = applications.data[0].created_at;
    c.send(ListDeletedOpportunities { query: DeletedFilter::default(), body: Nothing }).await;
    let window = DeletedWindow { deleted_at_start: Some(now), deleted_at_end: Some(now + 1), ..DeletedWindow::default() };
    c.send(ListDeletedApplications { query: window.clone(), body: Nothing }).await;
    c.send(ListDeletedPostings { query: window, body: Nothing }).await;
    let note = both!(
        c,
        CreateNote
            | CreateCandidateNote {
                opportunity: o,
                query: WriteNote::from(by.clone()),
                body: NewNote { value: Some("Grüße\n2".into()), ..NewNote::default() }
            }
    );
    let note_id: NoteId = id(&note.data.id);
    both!(c, ListNotes | ListCandidateNotes { opportunity: o, query: list, body: Nothing });
    let read = both!(c, GetNote | GetCandidateNote { opportunity: o, note: note_id, query: view, body: Nothing });
    assert_eq!(read.data.fields[0].value, "Grüße\n2");
    let body = NoteChange { values: vec![NoteValue { value: "Better".into(), ..NoteValue::default() }] };
    assert_eq!(c.send(UpdateNote { opportunity: o.clone(), note: note_id.clone(), query: Nothing, body }).await.data.note_id, note.data.id);
    c.send(DeleteNote { opportunity: o.clone(), note: note_id, query: Nothing, body: Nothing }).await;
    let referrals = both!(c, ListReferrals | ListCandidateReferrals { opportunity: o, query: list, body: Nothing });
    both!(c, GetReferral | GetCandidateReferral { opportunity: o, referral: id::<ReferralId>(&referrals.data[0].id), query: view, body: Nothing });
}

async fn files(c: &Caller, o: &OpportunityId, me: &UserId) {
    let by = PerformAs { perform_as: Some(me.clone()) };
    let (filter, view) = (FileFilter::default(), View::default());
    let kept = both!(c, UploadFile | UploadCandidateFile { opportunity: o, query: by, body: WithFiles::one(file("Zeugnis ä.pdf")) });
    let one: FileId = id(&kept.data.id);
    assert_eq!((kept.data.name.as_str(), kept.data.size), ("Zeugnis ä.pdf", 19));
    let all = both!(c, ListFiles | ListCandidateFiles { opportunity: o, query: filter, body: Nothing });
    both!(c, GetFile | GetCandidateFile { opportunity: o, file: one, query: view, body: Nothing });
    let loaded = both!(c, DownloadFile | DownloadCandidateFile { opportunity: o, file: one, query: Nothing, body: Nothing });
    assert_eq!((loaded.bytes, loaded.name.as_str()), (file("").bytes, "Zeugnis ä.pdf"));
    c.send(ListFileActions { opportunity: o.clone(), query: FileActionFilter::default(), body: Nothing }).await;
    c.send(DeleteFile { opportunity: o.clone(), file: id(&all.data[0].id), query: by.clone(), body: Nothing }).await;
    c.send(DeleteCandidateFile { opportunity: o.clone(), file: id(&all.data[1].id), query: by, body: Nothing }).await;
    let with_resume = c
        .send(ListOpportunities {
            query: OpportunityFilter { email: Some("rune@mail.example".into()), ..OpportunityFilter::default() },
            body: Nothing,
        })
        .await;
    let o: OpportunityId = id(&with_resume.data[0].id);
    let resumes = both!(c, ListResumes | ListCandidateResumes { opportunity: o, query: filter, body: Nothing });
    let resume: ResumeId = id(&resumes.data[0].id);
    both!(c, GetResume | GetCandidateResume { opportunity: o, resume: resume, query: view, body: Nothing });
    assert_eq!(both!(c, DownloadResume | DownloadCandidateResume { opportunity: o, resume: resume, query: Nothing, body: Nothing }).name, "cv.pdf");
}

async fn forms_and_interviews(c: &Caller, o: &OpportunityId, me: &UserId, begins: i64) {
    let by = PerformAs { perform_as: Some(me.clone()) };
    let (list, view) = (Listing::default(), View::default());
    let new = NewFormTemplate { text: Some("Start".into()), fields: vec![question("text", "Shoe size?")], ..NewFormTemplate::default() };
    let template = c.send(CreateFormTemplate { query: Nothing, body: new.clone() }).await.data;
    let of: FormTemplateId = id(&template.id);
    c.send(ListFormTemplates { query: list.clone(), body: Nothing }).await;
    c.send(GetFormTemplate { form_template: of.clone(), query: Nothing, body: Nothing }).await;
    let changed = NewFormTemplate { text: Some("First day".into()), fields: template.fields.clone(), ..NewFormTemplate::default() };
    assert_eq!(c.send(UpdateFormTemplate { form_template: of.clone(), query: Nothing, body: changed }).await.data.text, "First day");
    let answer = FieldAnswer { id: template.fields[0].id.clone(), value: json!("44") };
    let body = NewForm { base_template_id: Some(template.id.clone()), fields: Some(vec![answer]), secret: None };
    let form = both!(c, CreateForm | CreateCandidateForm { opportunity: o, query: by, body: body });
    assert_eq!(form.data.fields[0].value, "44");
    both!(c, ListForms | ListCandidateForms { opportunity: o, query: list, body: Nothing });
    both!(c, GetForm | GetCandidateForm { opportunity: o, form: id::<FormId>(&form.data.id), query: view, body: Nothing });
    c.send(DeleteFormTemplate { form_template: of, query: Nothing, body: Nothing }).await;

    let new = NewFeedbackTemplate {
        text: Some("Talk".into()),
        fields: vec![question("score-system", "Rating"), question("text", "Why?")],
        ..NewFeedbackTemplate::default()
    };
    let template = c.send(CreateFeedbackTemplate { query: Nothing, body: new.clone() }).await.data;
    let of: FeedbackTemplateId = id(&template.id);
    c.send(ListFeedbackTemplates { query: list.clone(), body: Nothing }).await;
    c.send(GetFeedbackTemplate { feedback_template: of.clone(), query: view.clone(), body: Nothing }).await;
    let body = NewFeedbackTemplate { instructions: Some("Be kind".into()), fields: template.fields.clone(), ..new };
    assert_eq!(c.send(UpdateFeedbackTemplate { feedback_template: of.clone(), query: Nothing, body }).await.data.instructions, "Be kind");
    let made = c
        .send(CreateFeedback {
            opportunity: o.clone(),
            query: by.clone(),
            body: NewFeedback { base_template_id: Some(template.id), ..NewFeedback::default() },
        })
        .await;
    let feedback: FeedbackId = id(&made.data.id);
    both!(c, ListFeedback | ListCandidateFeedback { opportunity: o, query: list, body: Nothing });
    both!(c, GetFeedback | GetCandidateFeedback { opportunity: o, feedback: feedback, query: view, body: Nothing });
    let why = made.data.fields.iter().find(|field| field.kind == "text").unwrap();
    let body = FeedbackChange { field_values: vec![FieldValue { id: why.id.clone(), value: json!("Curious") }], completed_at: None };
    assert_eq!(c.send(UpdateFeedback { opportunity: o.clone(), feedback: feedback.clone(), query: by.clone(), body }).await.data.id, made.data.id);
    c.send(DeleteFeedback { opportunity: o.clone(), feedback, query: by.clone(), body: Nothing }).await;
    c.send(DeleteFeedbackTemplate { feedback_template: of, query: Nothing, body: Nothing }).await;

    let interviewers = Some(vec![Interviewer { id: me.to_string(), ..Interviewer::default() }]);
    let talk = NewInterview { subject: Some("Meet".into()), interviewers, date: Some(begins), duration: Some(45), ..NewInterview::default() };
    let panel = NewPanel { timezone: Some("Europe/Lisbon".into()), interviews: vec![talk.clone()], ..NewPanel::default() };
    c.send(CreateCandidatePanel { opportunity: o.clone(), query: by.clone(), body: panel.clone() }).await;
    let made = c.send(CreatePanel { opportunity: o.clone(), query: by.clone(), body: panel.clone() }).await.data;
    assert_eq!((made.start, made.end, made.timezone.as_str()), (begins, begins + 45 * 60_000, "Europe/Lisbon"));
    let of: PanelId = id(&made.id);
    let panels = both!(c, ListPanels | ListCandidatePanels { opportunity: o, query: list, body: Nothing });
    both!(c, GetPanel | GetCandidatePanel { opportunity: o, panel: of, query: view, body: Nothing });
    both!(
        c,
        UpdatePanel | UpdateCandidatePanel { opportunity: o, panel: of, query: by, body: NewPanel { note: Some("All day".into()), ..panel.clone() } }
    );
    let body = NewInterview { panel: Some(of.clone()), ..talk };
    c.send(CreateCandidateInterview { opportunity: o.clone(), query: by.clone(), body: body.clone() }).await;
    let interview = c.send(CreateInterview { opportunity: o.clone(), query: by.clone(), body: body.clone() }).await.data;
    let one: InterviewId = id(&interview.id);
    let all = both!(c, ListInterviews | ListCandidateInterviews { opportunity: o, query: list, body: Nothing });
    both!(c, GetInterview | GetCandidateInterview { opportunity: o, interview: one, query: view, body: Nothing });
    let shorter = NewInterview { duration: Some(30), ..body };
    assert_eq!(both!(c, UpdateInterview | UpdateCandidateInterview { opportunity: o, interview: one, query: by, body: shorter }).data.duration, 30);
    c.send(DeleteInterview { opportunity: o.clone(), interview: one.clone(), query: by.clone(), body: Nothing }).await;
    let other = all.data.iter().find(|other| other.id != interview.id && other.panel == made.id).unwrap();
    c.send(DeleteCandidateInterview { opportunity: o.clone(), interview: id(&other.id), query: by.clone(), body: Nothing }).await;
    let old = panels.data.iter().find(|other| other.id != made.id).unwrap();
    c.send(DeletePanel { opportunity: o.clone(), panel: of, query: by.clone(), body: Nothing }).await;
    c.send(DeleteCandidatePanel { opportunity: o.clone(), panel: id(&old.id), query: by, body: Nothing }).await;
}

async fn postings(c: &Caller, me: &UserId, key: &str) {
    let by = PerformAs { perform_as: Some(me.clone()) };
    let list = PostingFilter { state: vec!["published".into()], ..PostingFilter::default() };
    let first = c.send(ListPostings { query: list, body: Nothing }).await.data.remove(0);
    let posting: PostingId = id(&first.id);
    assert!(
        c.send(GetPosting { posting: posting.clone(), query: PostingView { expand: vec!["owner".into()], ..PostingView::default() }, body: Nothing })
            .await
            .data
            .owner["name"]
            .is_string()
    );
    let new = PostingChange { text: Some("Tester & Co".into()), state: Some("published".into()), ..PostingChange::default() };
    let made = c.send(CreatePosting { query: by.clone(), body: new }).await.data;
    let mine: PostingId = id(&made.id);
    let body = PostingChange { tags: Some(vec!["quiet".into()]), ..PostingChange::default() };
    assert_eq!(c.send(UpdatePosting { posting: mine.clone(), query: by.clone(), body: body.clone() }).await.data.tags, ["quiet"]);
    assert_eq!(c.send(PutPosting { posting: mine.clone(), query: by, body }).await.data.text, "Tester & Co");
    assert!(!c.send(ListPostingUsers { posting: mine.clone(), query: Nothing, body: Nothing }).await.users.is_empty());
    c.send(GetApplicationForm { posting: mine.clone(), query: FormQuery::default(), body: Nothing }).await;
    let upload = c.send(CreateUpload { query: Nothing, body: WithFiles::one(file("my cv.pdf")) }).await.data;
    assert_eq!(upload.filename, "my cv.pdf");
    let say = |name: &str, value: &str| NamedValue { name: name.into(), value: json!(value) };
    let personal_information = vec![say("fullName", "Bo Ek"), say("email", "bo@mail.example"), say("resume", &upload.uri)];
    let eeo_responses = json!({ "gender": "Female" }).as_object().cloned().unwrap();
    let body = NewApplication { personal_information, eeo_responses, ..NewApplication::default() };
    c.send(ApplyToPosting { posting: mine.clone(), query: ApplyQuery::default(), body }).await;
    let named = c.send(ListEeoResponses { query: EeoFilter::default(), body: Nothing }).await.data;
    let nameless = c.send(ListAnonymousEeoResponses { query: AnonymousEeoFilter::default(), body: Nothing }).await.data;
    assert_eq!((named[0].answers.gender.as_deref(), nameless[0].gender.as_deref()), (Some("Female"), Some("Female")));
    c.send(FindDiversitySurvey { posting: mine.clone(), query: SurveyQuery::default(), body: Nothing }).await;
    // As outsiders.
    let Board::Postings(public) = c.send(ListPublicPostings { site: "northwind".into(), query: PublicFilter::default(), body: Nothing }).await else {
        panic!("a list")
    };
    assert!(public.iter().any(|p| p.id == made.id));
    let page = PublicFilter { mode: Some("html".into()), ..PublicFilter::default() };
    assert!(matches!(c.send(ListPublicPostings { site: "northwind".into(), query: page, body: Nothing }).await, Board::Page(_)));
    let grouped = PublicFilter { group: Some("team".into()), ..PublicFilter::default() };
    assert!(matches!(c.send(ListPublicPostings { site: "northwind".into(), query: grouped, body: Nothing }).await, Board::Groups(_)));
    assert_eq!(c.send(GetPublicPosting { site: "northwind".into(), posting: mine.clone(), query: Nothing, body: Nothing }).await.text, "Tester & Co");
    let fields = PublicApplication {
        name: Some("Cy Fox".into()),
        email: Some("cy@mail.example".into()),
        urls: [("GitHub".into(), "https://github.example/cy".into())].into(),
        ..PublicApplication::default()
    };
    let body = WithFiles { fields, files: vec![Attachment { field: "resume".into(), ..file("cy.pdf") }] };
    assert!(c.send(ApplyFromOutside { site: "northwind".into(), posting: mine, query: PostingsKey { key: Some(key.into()) }, body }).await.ok);
}

async fn the_account(c: &Caller) {
    let (list, view) = (Listing::default(), View::default());
    let stages = c.send(ListStages { query: list.clone(), body: Nothing }).await.data;
    c.send(GetStage { stage: id(&stages[0].id), query: view.clone(), body: Nothing }).await;
    c.send(ListDispositionStages { query: Nothing, body: Nothing }).await;
    let reasons =
        c.send(ListArchiveReasons { query: ReasonFilter { kind: Some("hired".into()), ..ReasonFilter::default() }, body: Nothing }).await.data;
    assert!(reasons.iter().all(|reason| reason.kind == "hired") && !reasons.is_empty());
    c.send(GetArchiveReason { archive_reason: id(&reasons[0].id), query: view.clone(), body: Nothing }).await;
    assert!(!c.send(ListTags { query: list.clone(), body: Nothing }).await.data.is_empty());
    c.send(ListSources { query: list, body: Nothing }).await;
    c.send(ListAuditEvents { query: AuditFilter { kind: Some("key:added".into()), ..AuditFilter::default() }, body: Nothing }).await;
    let new = UserChange { name: Some("Nia Osei".into()), email: Some("nia@northwind.example".into()), ..UserChange::default() };
    let made = c.send(CreateUser { query: Nothing, body: new.clone() }).await.data;
    let user: UserId = id(&made.id);
    let all = c.send(ListUsers { query: UserFilter { access_role: vec!["interviewer".into()], ..UserFilter::default() }, body: Nothing }).await.data;
    assert!(all.iter().any(|u| u.id == made.id) && all.iter().all(|u| u.access_role == "interviewer"));
    let body = UserChange { access_role: Some("team member".into()), job_title: Some("Lead".into()), ..new };
    assert_eq!(c.send(UpdateUser { user: user.clone(), query: Nothing, body }).await.data.job_title.as_deref(), Some("Lead"));
    assert!(c.send(DeactivateUser { user: user.clone(), query: Nothing, body: Nothing }).await.data.deactivated_at.is_some());
    assert!(c.send(ReactivateUser { user: user.clone(), query: Nothing, body: Nothing }).await.data.deactivated_at.is_none());
    c.send(GetUser { user, query: view.clone(), body: Nothing }).await;

    let field = RequisitionField {
        id: "office_floor".into(),
        text: "Floor".into(),
        kind: "dropdown".into(),
        options: vec![FieldOption { text: "1".into(), ..FieldOption::default() }],
        ..RequisitionField::default()
    };
    c.send(CreateRequisitionField { query: Nothing, body: field.clone() }).await;
    let of: RequisitionFieldId = id("office_floor");
    let added = OptionChanges { values: vec![FieldOption { text: "2".into(), ..FieldOption::default() }] };
    let option = c.send(AddRequisitionFieldOptions { requisition_field: of.clone(), query: Nothing, body: added }).await.data;
    let renamed = OptionChanges { values: vec![FieldOption { id: option.id.clone(), text: "Roof".into() }] };
    let after = c.send(RenameRequisitionFieldOptions { requisition_field: of.clone(), query: Nothing, body: renamed }).await.data;
    assert!(after.options.iter().any(|o| o.text == "Roof"));
    c.send(RemoveRequisitionFieldOptions { requisition_field: of.clone(), query: Nothing, body: OptionIds { values: vec![option.id] } }).await;
    c.send(ListRequisitionFields { query: FieldFilter::default(), body: Nothing }).await;
    let read = c.send(GetRequisitionField { requisition_field: of.clone(), query: Nothing, body: Nothing }).await.data;
    c.send(UpdateRequisitionField { requisition_field: of.clone(), query: Nothing, body: RequisitionField { text: "Which floor".into(), ..read } })
        .await;
    c.send(DeleteRequisitionField { requisition_field: of, query: Nothing, body: Nothing }).await;

    let new = RequisitionChange {
        requisition_code: Some("RT-1".into()),
        name: Some("Round trip".into()),
        headcount_total: Some(json!(2)),
        ..RequisitionChange::default()
    };
    let raw = c.send(CreateRequisition { query: Nothing, body: new.clone() }).await.data;
    let of: RequisitionId = id(&raw.id);
    c.send(ListRequisitions { query: RequisitionFilter::default(), body: Nothing }).await;
    assert_eq!(c.send(GetRequisition { requisition: of.clone(), query: view, body: Nothing }).await.data.requisition_code, "RT-1");
    let body = RequisitionChange { name: Some("There and back".into()), ..new };
    c.send(UpdateRequisition { requisition: of.clone(), query: Nothing, body }).await;
    c.send(DeleteRequisition { requisition: of, query: Nothing, body: Nothing }).await;

    let new = NewWebhook { url: "https://hooks.example.com/x".into(), event: "candidateHired".into(), configuration: Configuration::default() };
    let hook = c.send(CreateWebhook { query: Nothing, body: new }).await.data;
    assert_eq!(hook.configuration.signature_token.as_deref().map(str::len), Some(48));
    assert!(c.send(ListWebhooks { query: Nothing, body: Nothing }).await.data.iter().all(|h| h.configuration.signature_token.is_none()));
    let change = WebhookChange { id: id(&hook.id), url: Some("https://hooks.example.com/y".into()), event: None, configuration: None };
    assert_eq!(
        c.send(UpdateWebhooks { query: Nothing, body: WebhookChanges { data: vec![change] } }).await.data[0].url,
        "https://hooks.example.com/y"
    );
    c.send(DeleteWebhook { webhook: id(&hook.id), query: Nothing, body: Nothing }).await;
}

#[tokio::test]
async fn every_operation_goes_there_and_comes_back_as_it_is_typed() {
    on_both(async |w| {
        let key = w.key().await;
        let c = Caller { lever: w.client(&key), called: Mutex::default() };
        let users = c.send(ListUsers { query: UserFilter::default(), body: Nothing }).await.data;
        let me: UserId = id(&users[0].id);
        // Somebody who was referred, and has an application, an offer and a form.
        let mut ines = w.at_ats("ines").await;
        let job = c.send(ListPostings { query: PostingFilter::default(), body: Nothing }).await.data.remove(0).id;
        let typed = [
            ("name", "Ola Ek"),
            ("email", "ola@mail.example"),
            ("posting", &job),
            ("stage", "offer"),
            ("referrer", me.as_str()),
            ("relationship", "Friends"),
        ];
        let page = ines.press("/candidates/new", &typed).await;
        let o: OpportunityId = id(page.path().rsplit('/').next().unwrap());
        w.offer(o.as_str(), "2026-06-01").await;
        let reasons = c.send(ListArchiveReasons { query: ReasonFilter::default(), body: Nothing }).await.data;
        let reason = id(&reasons.iter().find(|reason| reason.kind != "hired").unwrap().id);
        profiles(&c, &o, &me, &reason).await;
        files(&c, &o, &me).await;
        forms_and_interviews(&c, &o, &me, w.clock.now().0 + 86_400_000).await;
        postings(&c, &me, &w.ats.create_postings_key("careers", None).await.unwrap()).await;
        the_account(&c).await;
        let called = c.called.into_inner().unwrap();
        let missing: Vec<&str> = lever_client::api::catalogue()
            .iter()
            .chain(lever_client::api::POSTINGS_API)
            .map(|info| info.name)
            .filter(|name| !called.contains(name))
            .collect();
        assert_eq!(missing, Vec::<&str>::new(), "operations that were not called");
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_list_is_a_stream_that_asks_for_a_page_when_it_is_wanted() {
    on_both(async |w| {
        let lever = w.client(&w.key().await);
        let list = ListOpportunities { query: OpportunityFilter { limit: Some(10), ..OpportunityFilter::default() }, body: Nothing };
        let all: Vec<Opportunity> = lever.all(list.clone()).try_collect().await.unwrap();
        let sizes: Vec<usize> = lever.pages(list.clone()).map_ok(|page| page.data.len()).try_collect().await.unwrap();
        assert_eq!((all.len(), sizes), (62, vec![10, 10, 10, 10, 10, 10, 2]));
        let whole: Vec<Opportunity> =
            lever.all(ListOpportunities { query: OpportunityFilter::default(), body: Nothing }).try_collect().await.unwrap();
        assert_eq!(all, whole);
        // Whoever stops after the first page asks for no other.
        let asked =
            || fulcrum::counted::print().lines().filter(|l| l.contains("endpoint=\"ListOpportunities\"")).map(str::to_owned).collect::<Vec<_>>();
        let before = asked();
        let some: Vec<_> = std::pin::pin!(lever.all(list)).take(10).collect().await;
        assert!(some.len() == 10 && asked() != before);
        // What has no type is called by its path.
        let raw = lever.raw(Verb::Get, "/v1/stages?limit=2", Vec::new()).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&raw.body).unwrap()["data"].as_array().unwrap().len(), 2);
        let refused = lever.raw(Verb::Get, "/v1/nothing", Vec::new()).await.unwrap_err();
        assert_eq!((refused.status(), refused.may_have_happened()), (Some(404), false));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn a_thousand_callers_with_a_token_that_is_over_renew_it_once() {
    on_both(async |w| {
        let secret = w.ats.register_app("library", "Library", &["http://127.0.0.1:9/back".to_owned()]).await.unwrap();
        let first = w.tokens_of("library", &secret, "offline_access stages:read:admin").await;
        let renewals = Arc::new(AtomicUsize::new(0));
        let kept = Arc::new(Mutex::new(Token::default()));
        let tell = {
            let (renewals, kept) = (renewals.clone(), kept.clone());
            Arc::new(move |token: &Token| {
                renewals.fetch_add(1, Ordering::SeqCst);
                *kept.lock().unwrap() = token.clone();
                Box::pin(future::ready(())) as futures_util::future::BoxFuture<'static, ()>
            })
        };
        let app = App { client_id: "library".into(), client_secret: secret };
        let token = Token { access: first.access_token.clone(), until: w.clock.now().0 + 3_600_000, refresh: first.refresh_token.clone().unwrap() };
        let at = w.ats_url.as_str();
        let lever =
            Lever::builder().base(at).auth(at).allow_loopback().without_rate().clock(w.clock.clone()).token(app, token, Some(tell)).build().unwrap();
        let stages = || lever.send(ListStages { query: Listing::default(), body: Nothing });
        stages().await.unwrap();
        assert_eq!(renewals.load(Ordering::SeqCst), 0, "it is still good");
        for round in 1..=2 {
            w.clock.advance(Duration::from_secs(3600));
            let all = future::join_all((0..1000).map(|_| stages())).await;
            assert!(all.iter().all(Result::is_ok), "{:?}", all.iter().find(|r| r.is_err()));
            assert_eq!(renewals.load(Ordering::SeqCst), round);
        }
        // Whoever gives up while it is renewed loses nothing: the new refresh token is kept.
        w.clock.advance(Duration::from_secs(3600));
        let _ = tokio::time::timeout(Duration::from_micros(300), stages()).await;
        stages().await.unwrap();
        assert_eq!(renewals.load(Ordering::SeqCst), 3);
        assert_ne!(kept.lock().unwrap().refresh, first.refresh_token.unwrap());
        // Refused before its time, by a revocation: said once, as what it is.
        w.at_ats("ines").await.press("/settings/integrations/authorized-apps/library/revoke", &[]).await;
        assert!(matches!(stages().await, Err(Failure::NoCredential(why)) if why.contains("connect again")));
        w.drain().await;
    })
    .await;
}

#[tokio::test]
async fn the_client_keeps_levers_rate_and_waits_out_a_429() {
    let w = World::at_rate(db::Engine::Sqlite, true).await;
    let key = w.key().await;
    let base = || Lever::builder().base(w.ats_url.as_str()).allow_loopback().key(&key);
    let refused = || {
        fulcrum::counted::print().lines().filter(|l| l.contains("fulcrum_calls_total") && l.contains("429")).map(str::to_owned).collect::<Vec<_>>()
    };
    let (lever, before) = (base().build().unwrap(), refused());
    let stages = |lever: &Lever| {
        let lever = lever.clone();
        async move { lever.send(ListStages { query: Listing::default(), body: Nothing }).await }
    };
    assert!(future::join_all((0..25).map(|_| stages(&lever))).await.iter().all(Result::is_ok));
    assert_eq!(refused(), before, "nobody was too fast");
    // Somebody else uses the same key without measure.
    let hasty = base().without_rate().build().unwrap();
    let answers = future::join_all((0..40).map(|_| stages(&hasty))).await;
    assert!(answers.iter().filter(|a| a.is_ok()).count() > 20, "{} of 40", answers.iter().filter(|a| a.is_ok()).count());
    w.drain().await;
    World::discard(w.folder.clone(), w.database()).await;
}
