//! `/candidates`: the old spelling of `/opportunities`, deprecated and still used. Each operation is that of the opportunity with the same
//! id, behind a permission of its own.
//!
//! Official page: <https://hire.lever.co/developer/documentation#candidates>

use crate::*;
use endpoint::{Access, Attachment, Nothing, WithFiles, catalogue, endpoint};

macro_rules! candidates {
    ($(
        $verb:ident $path:literal as $name:ident of $of:ident: $permission:literal, $scope:literal, { $($field:ident : $ty:ty),* } $query:ty, $body:ty => $ret:ty
        $(, status: $status:literal)? $(, files: $files:expr)?;
    )*) => {
        $(
            endpoint! {
                /// The same of an opportunity, by its old name.
                $verb $path as $name {
                    access: Access::new($permission, $scope), path: { $($field: $ty),* },
                    query: $query, body: $body, returns: $ret $(, status: $status)?, expands: <$of as endpoint::Endpoint>::INFO.expands $(, files: $files)?,
                }
            }
            impl From<$name> for $of {
                fn from(old: $name) -> Self {
                    Self { $($field: old.$field,)* query: old.query, body: old.body }
                }
            }
        )*
        catalogue![$($name),*];
    };
}

candidates! {
    Get "/v1/candidates" as ListCandidates of ListOpportunities: "find all candidates", "opportunities:read:admin", {  } OpportunityFilter, Nothing => List<Opportunity>;
    Get "/v1/candidates/{opportunity}" as GetCandidate of GetOpportunity: "find a candidate", "opportunities:read:admin", { opportunity: OpportunityId } View, Nothing => Data<Opportunity>;
    Post "/v1/candidates" as CreateCandidate of CreateOpportunity: "create a candidate", "opportunities:write:admin", {  } CreateAs, WithFiles<NewOpportunity> => Data<Opportunity>, status: 201, files: opportunity::NEW_FILES;
    Put "/v1/candidates/{opportunity}/stage" as UpdateCandidateStage of UpdateOpportunityStage: "update a candidate stage", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, StageChange => Data<Opportunity>;
    Put "/v1/candidates/{opportunity}/archived" as UpdateCandidateArchived of UpdateOpportunityArchived: "update candidate archived state", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, ArchiveChange => Data<Opportunity>;
    Post "/v1/candidates/{opportunity}/addLinks" as AddCandidateLinks of AddLinks: "add candidate links", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, Links => Data<Opportunity>;
    Post "/v1/candidates/{opportunity}/removeLinks" as RemoveCandidateLinks of RemoveLinks: "remove candidate links", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, Links => Data<Opportunity>;
    Post "/v1/candidates/{opportunity}/addTags" as AddCandidateTags of AddTags: "add candidate tags", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, Tags => Data<Opportunity>;
    Post "/v1/candidates/{opportunity}/removeTags" as RemoveCandidateTags of RemoveTags: "remove candidate tags", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, Tags => Data<Opportunity>;
    Post "/v1/candidates/{opportunity}/addSources" as AddCandidateSources of AddSources: "add candidate sources", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, Sources => Data<Opportunity>;
    Post "/v1/candidates/{opportunity}/removeSources" as RemoveCandidateSources of RemoveSources: "remove candidate sources", "opportunities:write:admin", { opportunity: OpportunityId } PerformAs, Sources => Data<Opportunity>;
    Get "/v1/candidates/{opportunity}/applications" as ListCandidateApplications of ListApplications: "find all candidate applications", "applications:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<Application>;
    Get "/v1/candidates/{opportunity}/applications/{application}" as GetCandidateApplication of GetApplication: "find a candidate application", "applications:read:admin", { opportunity: OpportunityId, application: ApplicationId } View, Nothing => Data<Application>;
    Get "/v1/candidates/{opportunity}/feedback" as ListCandidateFeedback of ListFeedback: "find all candidate feedback", "feedback:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<Feedback>;
    Get "/v1/candidates/{opportunity}/feedback/{feedback}" as GetCandidateFeedback of GetFeedback: "find a candidate feedback", "feedback:read:admin", { opportunity: OpportunityId, feedback: FeedbackId } View, Nothing => Data<Feedback>;
    Get "/v1/candidates/{opportunity}/files" as ListCandidateFiles of ListFiles: "find all candidate files", "files:read:admin", { opportunity: OpportunityId } FileFilter, Nothing => List<File>;
    Get "/v1/candidates/{opportunity}/files/{file}" as GetCandidateFile of GetFile: "find a candidate file", "files:read:admin", { opportunity: OpportunityId, file: FileId } View, Nothing => Data<File>;
    Post "/v1/candidates/{opportunity}/files" as UploadCandidateFile of UploadFile: "upload a candidate file", "files:write:admin", { opportunity: OpportunityId } PerformAs, WithFiles<Nothing> => Data<File>, status: 201;
    Get "/v1/candidates/{opportunity}/files/{file}/download" as DownloadCandidateFile of DownloadFile: "download a candidate file", "files:read:admin", { opportunity: OpportunityId, file: FileId } Nothing, Nothing => Attachment;
    Delete "/v1/candidates/{opportunity}/files/{file}" as DeleteCandidateFile of DeleteFile: "delete a candidate file", "files:write:admin", { opportunity: OpportunityId, file: FileId } PerformAs, Nothing => Nothing, status: 204;
    Get "/v1/candidates/{opportunity}/forms" as ListCandidateForms of ListForms: "find all candidate forms", "forms:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<ProfileForm>;
    Get "/v1/candidates/{opportunity}/forms/{form}" as GetCandidateForm of GetForm: "find a candidate form", "forms:read:admin", { opportunity: OpportunityId, form: FormId } View, Nothing => Data<ProfileForm>;
    Post "/v1/candidates/{opportunity}/forms" as CreateCandidateForm of CreateForm: "create a candidate form", "forms:write:admin", { opportunity: OpportunityId } PerformAs, NewForm => Data<ProfileForm>, status: 201;
    Get "/v1/candidates/{opportunity}/interviews" as ListCandidateInterviews of ListInterviews: "find all candidate interviews", "interviews:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<Interview>;
    Get "/v1/candidates/{opportunity}/interviews/{interview}" as GetCandidateInterview of GetInterview: "find a candidate interview", "interviews:read:admin", { opportunity: OpportunityId, interview: InterviewId } View, Nothing => Data<Interview>;
    Post "/v1/candidates/{opportunity}/interviews" as CreateCandidateInterview of CreateInterview: "create a candidate interview", "interviews:write:admin", { opportunity: OpportunityId } PerformAs, NewInterview => Data<Interview>, status: 201;
    Put "/v1/candidates/{opportunity}/interviews/{interview}" as UpdateCandidateInterview of UpdateInterview: "update a candidate interview", "interviews:write:admin", { opportunity: OpportunityId, interview: InterviewId } PerformAs, NewInterview => Data<Interview>;
    Delete "/v1/candidates/{opportunity}/interviews/{interview}" as DeleteCandidateInterview of DeleteInterview: "delete a candidate interview", "interviews:write:admin", { opportunity: OpportunityId, interview: InterviewId } PerformAs, Nothing => Nothing, status: 204;
    Get "/v1/candidates/{opportunity}/panels" as ListCandidatePanels of ListPanels: "find all candidate panels", "panels:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<Panel>;
    Get "/v1/candidates/{opportunity}/panels/{panel}" as GetCandidatePanel of GetPanel: "find a candidate panel", "panels:read:admin", { opportunity: OpportunityId, panel: PanelId } View, Nothing => Data<Panel>;
    Post "/v1/candidates/{opportunity}/panels" as CreateCandidatePanel of CreatePanel: "create a candidate panel", "panels:write:admin", { opportunity: OpportunityId } PerformAs, NewPanel => Data<Panel>, status: 201;
    Put "/v1/candidates/{opportunity}/panels/{panel}" as UpdateCandidatePanel of UpdatePanel: "update a candidate panel", "panels:write:admin", { opportunity: OpportunityId, panel: PanelId } PerformAs, NewPanel => Data<Panel>;
    Delete "/v1/candidates/{opportunity}/panels/{panel}" as DeleteCandidatePanel of DeletePanel: "delete a candidate panel", "panels:write:admin", { opportunity: OpportunityId, panel: PanelId } PerformAs, Nothing => Nothing, status: 204;
    Get "/v1/candidates/{opportunity}/notes" as ListCandidateNotes of ListNotes: "find all candidate notes", "notes:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<Note>;
    Get "/v1/candidates/{opportunity}/notes/{note}" as GetCandidateNote of GetNote: "find a candidate note", "notes:read:admin", { opportunity: OpportunityId, note: NoteId } View, Nothing => Data<Note>;
    Post "/v1/candidates/{opportunity}/notes" as CreateCandidateNote of CreateNote: "create a candidate note", "notes:write:admin", { opportunity: OpportunityId } WriteNote, NewNote => Data<Note>, status: 201;
    Get "/v1/candidates/{opportunity}/referrals" as ListCandidateReferrals of ListReferrals: "find all candidate referrals", "referrals:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<Referral>;
    Get "/v1/candidates/{opportunity}/referrals/{referral}" as GetCandidateReferral of GetReferral: "find a candidate referral", "referrals:read:admin", { opportunity: OpportunityId, referral: ReferralId } View, Nothing => Data<Referral>;
    Get "/v1/candidates/{opportunity}/resumes" as ListCandidateResumes of ListResumes: "find all candidate resumes", "resumes:read:admin", { opportunity: OpportunityId } FileFilter, Nothing => List<Resume>;
    Get "/v1/candidates/{opportunity}/resumes/{resume}" as GetCandidateResume of GetResume: "find a candidate resume", "resumes:read:admin", { opportunity: OpportunityId, resume: ResumeId } View, Nothing => Data<Resume>;
    Get "/v1/candidates/{opportunity}/resumes/{resume}/download" as DownloadCandidateResume of DownloadResume: "download a candidate resume", "resumes:read:admin", { opportunity: OpportunityId, resume: ResumeId } Nothing, Nothing => Attachment;
    Get "/v1/candidates/{opportunity}/offers" as ListCandidateOffers of ListOffers: "find all candidate offers", "offers:read:admin", { opportunity: OpportunityId } Listing, Nothing => List<Offer>;
}
