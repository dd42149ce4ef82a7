//! OAuth scopes: `resource:action:admin`, where *write* includes *read*.

/// The scope that brings a refresh token.
pub const OFFLINE: &str = "offline_access";
/// The scope that opens confidential postings, opportunities and requisitions.
pub const CONFIDENTIAL: &str = "confidential:access:admin";

/// Every scope Lever knows, for the check at `/authorize`. Write scopes include the read scope of the same resource.
const RESOURCES: &[(&str, &str)] = &[
    ("applications", "r"),
    ("archive_reasons", "r"),
    ("audit_events", "r"),
    ("contact", "rw"),
    ("diversity_surveys", "r"),
    ("eeo_responses", "r"),
    ("eeo_responses_pii", "r"),
    ("feedback", "rw"),
    ("feedback_templates", "rw"),
    ("files", "rw"),
    ("forms", "rw"),
    ("form_templates", "rw"),
    ("groups", "rw"),
    ("interviews", "rw"),
    ("notes", "rw"),
    ("offers", "r"),
    ("opportunities", "rw"),
    ("panels", "rw"),
    ("permissions", "rw"),
    ("postings", "rw"),
    ("referrals", "r"),
    ("requisitions", "rw"),
    ("requisition_fields", "rw"),
    ("resumes", "r"),
    ("roles", "rw"),
    ("sources", "r"),
    ("stages", "r"),
    ("tags", "r"),
    ("tasks", "r"),
    ("uploads", "w"),
    ("users", "rw"),
    ("webhooks", "rw"),
    ("candidates", "rw"),
];

/// Whether Lever knows the scope.
#[must_use]
pub fn is_known(scope: &str) -> bool {
    if scope == OFFLINE || scope == CONFIDENTIAL {
        return true;
    }
    let mut parts = scope.split(':');
    let (Some(resource), Some(action), Some("admin"), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let letter = match action {
        "read" => 'r',
        "write" => 'w',
        _ => return false,
    };
    RESOURCES.iter().any(|(name, actions)| *name == resource && (actions.contains(letter)))
}

/// Whether a grant of `granted` scopes covers `needed`. Old tokens carry `candidates:*` for opportunities.
#[must_use]
pub fn covers<S: AsRef<str>>(granted: &[S], needed: &str) -> bool {
    needed.is_empty()
        || granted.iter().map(AsRef::as_ref).any(|scope| {
            let scope = scope.replacen("candidates:", "opportunities:", 1);
            scope == needed || needed.strip_suffix(":read:admin").is_some_and(|resource| scope == format!("{resource}:write:admin"))
        })
}

/// What a person reads on the consent page: `Read opportunities`, `Read and change webhooks`.
#[must_use]
pub fn sentence(scope: &str) -> String {
    match scope {
        OFFLINE => "Stay connected while you are not signed in".to_owned(),
        CONFIDENTIAL => "See confidential postings, opportunities and requisitions".to_owned(),
        _ => {
            let mut parts = scope.split(':');
            let resource = parts.next().unwrap_or_default().replace('_', " ");
            let resource = if resource == "contact" { "contacts".to_owned() } else { resource };
            let verb = if parts.next() == Some("write") { "Read and change" } else { "Read" };
            format!("{verb} {resource}")
        }
    }
}
